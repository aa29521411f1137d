/** The server's live figures, for whoever may see them: told whole once, and then what changes. A module of its own, for dashboards. */
import type { Client } from "./Client.ts"
import type { Frame } from "./Frame.ts"
import { HubbubError } from "./HubbubError.ts"
import { createSnapshots, type Readable } from "./Snapshots.ts"

/** Fields as `GET /api/analytics` has them. */
export type LiveFigures = NonNullable<Frame<"analytics">["figures"]>

/** `figures` are what was last told, which may be long ago without a connection; `error` why they are not told any more. */
export interface FiguresSnapshot {
  readonly figures: LiveFigures | undefined
  readonly error: HubbubError | undefined
}

export interface Figures extends Readable<FiguresSnapshot> {
  /** Is told no more. */
  leave(): void
}

const roomId = "analytics"

const clientIdOf = (detail: unknown): string =>
  typeof detail === "object" && detail !== null && "clientId" in detail ? String(detail.clientId) : ""

/** Follows the figures of the client's server from now on, over lost connections. */
export const figuresOf = (client: Client): Figures => {
  let wanted = true
  let asking = false
  let version = -1
  let figures: LiveFigures | undefined
  let error: HubbubError | undefined
  const { changed, ...readable } = createSnapshots((): FiguresSnapshot => ({ figures, error }), {})

  const receive = (frame: Frame<"analytics">) => {
    if (frame.figures !== undefined) figures = frame.figures
    else if (frame.version === version) return
    else if (figures === undefined || frame.version !== version + 1) {
      void ask()
      return
    } else {
      const { activeUserDetails = [] } = figures
      const gone = new Set(frame.departed)
      const all = Array.isArray(activeUserDetails) ? activeUserDetails : []
      const stayed = all.filter((one) => !gone.has(clientIdOf(one)))
      figures = { ...figures, ...frame.changes, activeUserDetails: [...stayed, ...(frame.arrived ?? [])] }
    }
    version = frame.version
    error = undefined
    changed()
  }

  const ask = async () => {
    if (asking || !wanted || client.getSnapshot().connection.status !== "live") return
    asking = true
    try {
      await client.ask({ type: "subscribe", roomId }, "analytics")
    } catch (reason) {
      if (reason instanceof HubbubError) error = reason
      changed()
    } finally {
      asking = false
    }
  }

  const stops = [
    client.on("analytics", receive),
    client.on("state", ({ status }) => {
      if (status === "live") void ask()
    })
  ]
  void ask()

  return {
    ...readable,
    leave: () => {
      if (!wanted) return
      wanted = false
      for (const stop of stops) stop()
      if (client.getSnapshot().connection.status === "live") {
        void client.ask({ type: "unsubscribe", roomId }, "unsubscribed")
      }
    }
  }
}
