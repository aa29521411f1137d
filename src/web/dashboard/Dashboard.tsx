/** The page of figures. What it shows is all in its address. */
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react"
import { Zone } from "../../domain/Zone.ts"
import { cell, useReadable } from "../Cell.ts"
import { follow, navigate, roomPath, useRoute } from "../Route.ts"
import type { Session } from "../session/Session.ts"
import { IconButton } from "../ui/Button.tsx"
import { Icon } from "../ui/Icon.tsx"
import { type Answers, createAnswers } from "./Answers.ts"
import { browserZone } from "./browserZone.ts"
import styles from "./Dashboard.module.css"
import { AnswerFailed, type Failure, unreadable } from "./Failure.ts"
import { LiveStrip } from "./LiveStrip.tsx"
import { Overview } from "./Overview.tsx"
import { isOpen, periodOf } from "./Period.ts"
import { Person } from "./Person.tsx"
import { createPrinting, type Printing } from "./Printing.ts"
import { createRefresh, type Refresh } from "./Refresh.ts"
import { Refused } from "./Refused.tsx"
import { type Scope, ScopeContext } from "./Scope.ts"
import { Toolbar } from "./Toolbar.tsx"
import { addressOf, type View, viewOf } from "./View.ts"

const RoomPage = lazy(() => import("./RoomPage.tsx"))
const UserPage = lazy(() => import("./UserPage.tsx"))

/** `open`: the server answers who asks. */
type Gate = { readonly status: "asking" | "open" } | { readonly status: "shut"; readonly failure: Failure }

interface Parts {
  readonly answers: Answers
  readonly refresh: Refresh
  readonly printing: Printing
  readonly pointer: Scope["pointer"]
}

/** A frame later everything is drawn; charts that only then know how wide they are take another one. */
const drawn = () => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())))

const createParts = (session: Session): Parts => {
  const answers = createAnswers(session.fetch, Date.now)
  return {
    answers,
    refresh: createRefresh(() => Date.now() + answers.ahead(), answers.renew),
    printing: createPrinting({ open: answers.open, drawn, print: () => window.print() }),
    pointer: cell<number | undefined>(undefined)
  }
}

const titleOf = ({ place }: View): string => {
  if (place.of === "everything") return "Figures"
  return `${place.of === "room" ? "#" : ""}${place.id} – figures`
}

/** Whether the server tells this user figures at all, asked once before everything else. */
const useGate = ({ answers, refresh }: Parts, ready: boolean) => {
  const [gate] = useState(() => cell<Gate>({ status: "asking" }))
  const refuse = useCallback((failure: Failure) => gate.set({ status: "shut", failure }), [gate])
  const [attempt, setAttempt] = useState(0)

  useEffect(() => {
    if (!ready) return undefined
    const controller = new AbortController()
    gate.set({ status: "asking" })
    const ask = async () => {
      try {
        await answers.ask("/api/analytics", controller.signal)
        // by the server's clock, which its answer told
        refresh.refresh()
        gate.set({ status: "open" })
      } catch (error) {
        if (!controller.signal.aborted) refuse(error instanceof AnswerFailed ? error.failure : unreadable)
      }
    }
    void ask()
    return () => controller.abort()
  }, [answers, attempt, gate, ready, refresh, refuse])

  return { gate: useReadable(gate), refuse, retry: () => setAttempt((n) => n + 1) }
}

const Subject = ({ view: { place } }: { readonly view: View }) => {
  if (place.of === "room") return <RoomPage key={place.id} id={place.id} />
  if (place.of === "user") return <UserPage key={place.id} id={place.id} />
  return <Overview />
}

const Dashboard = ({ session }: { readonly session: Session }) => {
  const route = useRoute()
  const [parts] = useState(() => createParts(session))
  const { client, status } = useReadable(session)
  const { gate, refuse, retry } = useGate(parts, status !== "starting")
  const beat = useReadable(parts.refresh)
  const [path, query] = route.view === "dashboard" ? [route.path, route.query] : ["/dashboard", ""]
  const { problems, view } = useMemo(() => viewOf(path, query), [path, query])
  const tz = view.tz ?? browserZone()
  const zone = useMemo(() => Zone.of(tz) ?? Zone.of("UTC"), [tz])
  const period = useMemo(
    () => (zone === undefined ? undefined : periodOf(view, beat.now, zone)),
    [view, beat.now, zone]
  )
  const { place } = view
  const latest = useRef(view)
  latest.current = view
  const go = useCallback(
    (change: Partial<View>) => {
      const other = "range" in change || "zoom" in change
      // pages of lists are of one period
      navigate(addressOf({ ...latest.current, ...(other ? { roomsOffset: 0, usersOffset: 0 } : {}), ...change }))
      // the last so long is up to now, also where nothing refreshes by itself
      if (other && change.zoom === undefined) parts.refresh.refresh()
    },
    [parts]
  )

  // an address that does not say of which clock it is would show others something else
  useEffect(() => {
    if (route.view === "dashboard" && view.tz === undefined && problems.length === 0) {
      navigate(addressOf({ ...view, tz: browserZone() }), { replace: true })
    }
  }, [route.view, view, problems])

  useEffect(() => {
    const before = document.title
    document.title = `${titleOf(view)} – Hubbub`
    return () => {
      document.title = before
    }
  }, [view])

  // what was followed to another page is gone with the one it was on, and the focus with it
  const heading = useRef<HTMLHeadingElement>(null)
  const shown = place.of === "everything" ? "" : `${place.of} ${place.id}`
  const before = useRef(shown)
  useEffect(() => {
    if (before.current !== shown) heading.current?.focus({ preventScroll: true })
    before.current = shown
  }, [shown])

  const seconds = period !== undefined && isOpen(period, beat.now) ? view.refresh : 0
  useEffect(() => parts.refresh.begin(seconds), [parts, seconds])

  const scope = useMemo<Scope | undefined>(
    () =>
      zone === undefined || period === undefined ? undefined : { ...parts, view, period, tz, zone, beat, go, refuse },
    [view, period, tz, zone, beat, parts, go, refuse]
  )
  if (scope === undefined) return null

  return (
    <ScopeContext value={scope}>
      <div className={styles["dashboard"]}>
        <header className={styles["header"]}>
          <a href="/" onClick={follow} className={styles["back"]}>
            <Icon name="chat" />
            Chat
          </a>
          {place.of === "everything" ? (
            <h1 ref={heading} tabIndex={-1}>
              Figures
            </h1>
          ) : (
            <>
              <a href={addressOf({ ...view, place: { of: "everything" }, tables: [] })} onClick={follow}>
                All figures
              </a>
              <h1 ref={heading} tabIndex={-1}>
                {place.of === "room" ? (
                  <bdi>#{place.id}</bdi>
                ) : (
                  <Person key={place.id} id={place.id} ready={gate.status === "open"} />
                )}
              </h1>
            </>
          )}
          {place.of === "room" ? (
            <a href={roomPath(place.id)} onClick={follow} className={styles["end"]}>
              Open the room
            </a>
          ) : null}
        </header>
        <main className={styles["main"]}>
          {problems.map((problem) => (
            <p key={problem} className={styles["problem"]} role="status">
              <Icon name="warning" size={18} />
              <span dir="auto">{problem}</span>
              <IconButton
                icon="close"
                label="Dismiss"
                small
                onClick={() => navigate(addressOf(view), { replace: true })}
              />
            </p>
          ))}
          {gate.status === "shut" ? (
            <Refused failure={gate.failure} session={session} onRetry={retry} />
          ) : (
            <>
              <Toolbar onRefresh={parts.refresh.refresh} />
              <LiveStrip client={client} />
              <div className={styles["grid"]}>
                {gate.status === "open" ? (
                  <Suspense>
                    <Subject view={view} />
                  </Suspense>
                ) : null}
              </div>
            </>
          )}
        </main>
      </div>
    </ScopeContext>
  )
}

export default Dashboard
