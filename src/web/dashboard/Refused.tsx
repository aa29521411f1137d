import { Button } from "../ui/Button.tsx"
import { Icon } from "../ui/Icon.tsx"
import { notify } from "../ui/Notices.tsx"
import { follow } from "../Route.ts"
import type { Session } from "../session/Session.ts"
import type { Failure } from "./Failure.ts"
import styles from "./Refused.module.css"

interface RefusedProps {
  readonly failure: Failure
  readonly session: Session
  readonly onRetry: () => void
}

/** In place of all figures: why there are none, and what to do. */
export const Refused = ({ failure, onRetry, session }: RefusedProps) => {
  const auth = session.getSnapshot().config?.auth
  const signsIn = failure.kind === "signed-out" && auth?.mode === "token" && auth.issuer !== undefined
  const signIn = () => {
    session.signIn().catch((error: unknown) => {
      notify(error instanceof Error ? error.message : "You could not be signed in. Try again.", { kind: "error" })
    })
  }
  return (
    <div className={styles["refused"]} role="alert">
      <Icon name={failure.kind === "unreachable" ? "warning" : "lock"} size={40} />
      <h2>{failure.title}</h2>
      <p>{failure.detail}</p>
      <p className={styles["actions"]}>
        {signsIn ? (
          <Button kind="primary" onClick={signIn}>
            Sign in
          </Button>
        ) : null}
        <Button icon="refresh" onClick={onRetry}>
          Try again
        </Button>
        <a href="/" onClick={follow}>
          Back to the chat
        </a>
      </p>
    </div>
  )
}
