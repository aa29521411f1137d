/**
 * One connection after the other: opens it, welcomes, watches over it, and comes back when it ends, unless its close code says that there
 * is nothing to come back to. What an earlier connection still has to say is not heard.
 */
import { protocolsFor, type Socket } from "./Socket.ts"
import { comesBack, TOKEN_EXPIRED, UNAUTHORIZED } from "./closeCode.ts"
import { waitBefore } from "./Backoff.ts"
import { createPulse } from "./Pulse.ts"
import { isOffline, onWake } from "./Page.ts"
import type { Incoming, Outgoing, Welcome } from "./Frame.ts"
import type { Settings } from "./Settings.ts"

/**
 * `reconnecting` for the `attempt`th time in a row `at` a time in milliseconds since 1970, which is now or past while it is tried;
 * `offline`: the same while the browser knows that there is no line; `signed-out`: `code` says that coming back is of no use until
 * something changes, and then `connect()` is.
 */
export type ConnectionState =
  | { readonly status: "disconnected" | "connecting" | "live" | "offline" }
  | { readonly status: "reconnecting"; readonly attempt: number; readonly at: number }
  | { readonly status: "signed-out"; readonly code: number; readonly reason: string }

interface LinkEvents {
  state(state: ConnectionState): void
  live(welcome: Welcome): void
  frame(frame: Exclude<Incoming, Welcome>): void
  /** A live connection is over. Told before the state is. */
  lost(): void
}

export interface Link {
  readonly state: ConnectionState
  /** Connects, unless it does or is. */
  open(): void
  /** Ends it, and comes back no more. Done once the server knows, or after a second. */
  close(): Promise<void>
  /** To be called while it is live. Sends nothing where the connection is closing, and soon lost. */
  send(frame: Outgoing): void
  /** Tries again now, if it waits to; makes sure that the server is still there, if it is live. */
  hurry(): void
}

/** Milliseconds the server has to say good-bye. */
const GOODBYE_MS = 1000
const NORMAL = 1000
/** Of an attempt that came to nothing, as browsers put it. */
const ABNORMAL = 1006
/** The state of a socket that takes what is sent. */
const OPEN = 1

/** Nothing where a text is not an object with a type. */
const parsed = (text: unknown): Incoming | null => {
  try {
    return JSON.parse(String(text))
  } catch {
    return null
  }
}

export const createLink = (settings: Settings, events: LinkEvents): Link => {
  const { clock, connectTimeoutMs = 15_000, getToken, logger, page, random = Math.random } = settings
  const { maxMs = 30_000, minMs = 500, stableMs = 30_000 } = settings.reconnect ?? {}
  let state: ConnectionState = { status: "disconnected" }
  let socket: Socket | undefined
  /** Tells the present attempt from those before it. */
  let generation = 0
  let attempt = 0
  let fresh = false
  /** No return before: what a server that stops has asked for. */
  let notBefore = 0
  let unwatch: (() => void) | undefined
  let cancel: (() => void) | undefined

  /** What is next, in place of what was. */
  const after = (ms: number, call: () => void) => {
    cancel?.()
    cancel = clock.after(ms, call)
  }

  const become = (next: ConnectionState) => {
    state = next
    events.state(next)
  }

  /** Lets go of the connection, or of the attempt or the wait for one. */
  const release = (): Socket | undefined => {
    generation++
    cancel?.()
    pulse.stop()
    const old = socket
    socket = undefined
    if (state.status === "live") events.lost()
    return old
  }

  const end = (next: ConnectionState) => {
    unwatch?.()
    unwatch = undefined
    attempt = 0
    notBefore = 0
    fresh = next.status === "signed-out"
    become(next)
  }

  const lost = (code: number, reason: string) => {
    const wasLive = state.status === "live"
    release()?.close(NORMAL)
    logger.debug?.("closed", { code, reason })
    if (!comesBack(code)) return end({ status: "signed-out", code, reason })
    // a refused upgrade looks like this in a browser, and the token may be why
    fresh = code === TOKEN_EXPIRED || !wasLive
    attempt++
    const now = clock.now()
    const wait = Math.max(0, notBefore - now) + waitBefore(attempt, { minMs, maxMs }, random)
    after(wait, begin)
    become(isOffline(page) ? { status: "offline" } : { status: "reconnecting", attempt, at: now + wait })
  }

  // one that is closing would drop it and complain in the console; its end is told by itself
  const send = (frame: Outgoing) => {
    if (socket?.readyState === OPEN) socket.send(JSON.stringify(frame))
  }

  const pulse = createPulse(
    clock,
    () => send({ type: "ping" }),
    () => lost(ABNORMAL, "silent")
  )

  const receive = (text: unknown) => {
    pulse.heard()
    const frame = parsed(text)
    if (typeof frame?.type !== "string") logger.warn?.("no frame")
    else if (frame.type === "welcome") welcome(frame)
    else if (state.status === "live") {
      if (frame.type === "draining") notBefore = clock.now() + frame.reconnectAfterMs
      events.frame(frame)
    }
  }

  const welcome = (frame: Welcome) => {
    const mine = generation
    notBefore = 0
    fresh = false
    after(stableMs, () => {
      attempt = 0
    })
    become({ status: "live" })
    // a listener may have closed it
    if (mine !== generation) return
    events.live(frame)
  }

  const begin = async () => {
    const mine = ++generation
    after(connectTimeoutMs, () => lost(ABNORMAL, "no welcome"))
    become(attempt > 0 ? { status: "reconnecting", attempt, at: clock.now() } : { status: "connecting" })
    try {
      const token = await getToken?.({ fresh })
      if (mine !== generation) return
      if (token === null) {
        release()
        return end({ status: "signed-out", code: UNAUTHORIZED, reason: "no token" })
      }
      const opened = new settings.WebSocket(settings.url, protocolsFor(token))
      socket = opened
      opened.addEventListener("error", () => {})
      opened.addEventListener("message", ({ data }) => {
        if (mine === generation) receive(data)
      })
      opened.addEventListener("close", ({ code, reason }) => {
        if (mine === generation) lost(code, reason)
      })
    } catch (error) {
      logger.warn?.("no socket", { error })
      if (mine === generation) lost(ABNORMAL, "no socket")
    }
  }

  const hurry = () => {
    const { status } = state
    if (status === "live") pulse.check()
    // but for an attempt that is under way
    else if (!socket && (status === "offline" || (status === "reconnecting" && state.at > clock.now()))) void begin()
  }

  return {
    get state() {
      return state
    },
    open: () => {
      if (unwatch) return
      unwatch = onWake(page, hurry)
      void begin()
    },
    close: () => {
      const old = release()
      if (state.status !== "disconnected") end({ status: "disconnected" })
      return new Promise((resolve) => {
        if (!old) return resolve()
        const cancel = clock.after(GOODBYE_MS, resolve)
        old.addEventListener("close", () => {
          cancel()
          resolve()
        })
        old.close(NORMAL)
      })
    },
    send,
    hurry
  }
}
