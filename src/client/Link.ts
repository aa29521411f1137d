/**
 * One connection after the other: opens it, welcomes, watches over it, and comes back when it ends, unless its close code says that there
 * is nothing to come back to. What an earlier connection still has to say is not heard.
 */
import { waitBefore } from "./Backoff.ts"
import { comesBack, TOKEN_EXPIRED, UNAUTHORIZED } from "./closeCode.ts"
import type { Frame, Incoming, Outgoing, Welcome } from "./Frame.ts"
import { isOffline, onWake } from "./Page.ts"
import { createPulse } from "./Pulse.ts"
import type { Settings } from "./Settings.ts"
import { protocolsFor, type Socket } from "./Socket.ts"

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
  /** False where there is no live connection. */
  send(frame: Outgoing): boolean
  /** Makes sure that the server is still there. */
  check(): void
  /** Tries again now, if it waits to. */
  hurry(): void
}

/** Milliseconds the server has to say good-bye. */
const GOODBYE_MS = 1000
/** Of an attempt that came to nothing, as browsers put it. */
const ABNORMAL = 1006

/** Nothing where a text is not an object with a type. */
const parsed = (text: unknown): Incoming | undefined => {
  try {
    const frame: Incoming | null = JSON.parse(String(text))
    return typeof frame?.type === "string" ? frame : undefined
  } catch {
    return undefined
  }
}

export const createLink = (settings: Settings, events: LinkEvents): Link => {
  const { clock, getToken, logger, random, reconnect, page } = settings
  let state: ConnectionState = { status: "disconnected" }
  let socket: Socket | undefined
  /** Tells the present attempt from those before it. */
  let generation = 0
  let attempt = 0
  let fresh = false
  /** No return before: what a server that stops has asked for. */
  let notBefore = 0
  let unwatch: (() => void) | undefined
  let timers: Array<() => void> = []

  const after = (ms: number, call: () => void) => timers.push(clock.after(ms, call))

  const become = (next: ConnectionState) => {
    state = next
    events.state(next)
  }

  /** Lets go of the connection, or of the attempt or the wait for one. */
  const release = (): Socket | undefined => {
    generation++
    for (const cancel of timers) cancel()
    timers = []
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
    release()?.close(1000)
    logger.debug?.("connection ended", { code, reason })
    if (!comesBack(code)) return end({ status: "signed-out", code, reason })
    // a refused upgrade looks like this in a browser, and the token may be why
    fresh = code === TOKEN_EXPIRED || !wasLive
    attempt++
    const now = clock.now()
    const wait = Math.max(0, notBefore - now) + waitBefore(attempt, reconnect, random)
    after(wait, begin)
    become(isOffline(page) ? { status: "offline" } : { status: "reconnecting", attempt, at: now + wait })
  }

  const pulse = createPulse(
    clock,
    () => send({ type: "ping" }),
    () => lost(ABNORMAL, "nothing was heard any more")
  )

  const send = (frame: Outgoing): boolean => {
    if (state.status !== "live") return false
    // one that is closing takes it and drops it, and its end is told by itself
    socket?.send(JSON.stringify(frame))
    return true
  }

  const receive = (text: unknown) => {
    pulse.heard()
    const frame = parsed(text)
    if (frame === undefined) logger.warn?.("what came is no frame")
    else if (frame.type === "welcome") welcome(frame)
    else if (state.status === "live") {
      if (frame.type === "draining") drain(frame)
      events.frame(frame)
    }
  }

  const welcome = (frame: Welcome) => {
    const mine = generation
    for (const cancel of timers) cancel()
    timers = []
    notBefore = 0
    fresh = false
    after(reconnect.stableMs, () => {
      attempt = 0
    })
    become({ status: "live" })
    // a listener may have closed it
    if (mine !== generation) return
    pulse.start()
    events.live(frame)
  }

  const drain = ({ reconnectAfterMs }: Frame<"draining">) => {
    notBefore = clock.now() + reconnectAfterMs
  }

  const begin = () => {
    release()?.close(1000)
    const mine = generation
    const isMine = () => mine === generation
    after(settings.connectTimeoutMs, () => lost(ABNORMAL, "no welcome in time"))
    become(attempt === 0 ? { status: "connecting" } : { status: "reconnecting", attempt, at: clock.now() })
    void dial(isMine)
  }

  const dial = async (isMine: () => boolean) => {
    try {
      const token = getToken === undefined ? undefined : await getToken({ fresh })
      if (!isMine()) return
      if (token === null) {
        release()?.close(1000)
        return end({ status: "signed-out", code: UNAUTHORIZED, reason: "there is no token" })
      }
      const opened = new settings.WebSocket(settings.url, protocolsFor(token))
      socket = opened
      opened.addEventListener("error", () => {})
      opened.addEventListener("message", ({ data }) => {
        if (isMine()) receive(data)
      })
      opened.addEventListener("close", ({ code, reason }) => {
        if (isMine()) lost(code, reason)
      })
    } catch (error) {
      logger.warn?.("no token could be had, or no socket made", { error })
      if (isMine()) lost(ABNORMAL, "the attempt failed")
    }
  }

  const hurry = () => {
    if (state.status === "reconnecting" || state.status === "offline") {
      // but for an attempt that is under way
      if (socket === undefined && !dialling()) begin()
    } else if (state.status === "live") pulse.check()
  }
  const dialling = () => state.status === "reconnecting" && state.at <= clock.now()

  return {
    get state() {
      return state
    },
    open: () => {
      if (state.status !== "disconnected" && state.status !== "signed-out") return
      unwatch = onWake(page, hurry)
      begin()
    },
    close: () => {
      const old = release()
      if (state.status !== "disconnected") end({ status: "disconnected" })
      return new Promise((resolve) => {
        if (old === undefined) return resolve()
        const cancel = clock.after(GOODBYE_MS, resolve)
        old.addEventListener("close", () => {
          cancel()
          resolve()
        })
        old.close(1000)
      })
    },
    send,
    check: () => {
      if (state.status === "live") pulse.check()
    },
    hurry
  }
}
