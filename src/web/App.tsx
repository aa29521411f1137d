/** The whole page: which view the address names, once it is known who looks at it. */
import { lazy, Suspense, useEffect } from "react"
import { useReadable } from "./Cell.ts"
import { Banned } from "./session/Banned.tsx"
import { ErrorBoundary } from "./ErrorBoundary.tsx"
import { type Route, useRoute } from "./Route.ts"
import { type Session, session } from "./session/Session.ts"
import { Unreachable } from "./session/Unreachable.tsx"
import { Notices } from "./ui/Notices.tsx"
import { Skeleton } from "./ui/States.tsx"

const loadChat = () => import("./chat/ChatPage.tsx")
const ChatPage = lazy(loadChat)
const SignIn = lazy(() => import("./session/SignIn.tsx"))
const Dashboard = lazy(() => import("./dashboard/Dashboard.tsx"))

const View = ({ route }: { readonly route: Route }) => {
  const { banned, client, config, status } = useReadable(session)
  if (status === "starting") return <Skeleton label="Starting" lines={1} />
  if (status === "unreachable") return <Unreachable onRetry={() => void session.start()} />
  if (status === "asking" || client === undefined || config === undefined) {
    if (config === undefined) return null
    return (
      <Suspense fallback={<Skeleton label="Loading the sign-in" lines={1} />}>
        <SignIn session={session} config={config} />
      </Suspense>
    )
  }
  if (banned !== undefined) return <Banned session={session} detail={banned.detail} />
  if (route.view === "dashboard") {
    return (
      <Suspense fallback={<Skeleton label="Loading the dashboard" lines={8} />}>
        <Dashboard session={session} />
      </Suspense>
    )
  }
  const { at, roomId } = route.view === "room" ? route : { at: undefined, roomId: undefined }
  return (
    <Suspense fallback={<Skeleton label="Loading the chat" lines={8} />}>
      <ChatPage session={session} client={client} roomId={roomId} at={at} />
    </Suspense>
  )
}

const begin = (begun: Session) => {
  if (begun.getSnapshot().status === "starting") void begun.start()
}

export const App = () => {
  const route = useRoute()
  useEffect(() => {
    begin(session)
    // on its way while the server is asked who may come in; what fails here fails where it is drawn, and is told there
    loadChat().catch(() => undefined)
  }, [])
  return (
    <ErrorBoundary view={route.view}>
      <View route={route} />
      <Notices />
    </ErrorBoundary>
  )
}
