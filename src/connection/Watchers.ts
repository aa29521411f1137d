/**
 * Who watches the live figures: clients of `hubbub.v1` that subscribed to the room `analytics`. They are told the whole once and then,
 * every second, what has changed. The room has no messages and no members.
 */
import { Context, Effect, Layer } from "effect"
import { supervise } from "../actor/supervise.ts"
import { textFrame } from "../actor/textFrame.ts"
import { Analytics } from "../analytics/Analytics.ts"
import type { Snapshot } from "../analytics/Snapshot.ts"
import type { Ref } from "../domain/ClientFrame.ts"
import { analyticsRoom } from "../domain/RoomId.ts"
import { encodeServerFrame, type ServerFrame } from "../domain/ServerFrame.ts"
import type { Client } from "../hub/Client.ts"

/** Milliseconds between two frames. */
const PUSH_MS = 1000

type AnalyticsFrame = Extract<ServerFrame, { readonly type: "analytics" }>

const sameJson = (a: unknown, b: unknown) => a === b || JSON.stringify(a) === JSON.stringify(b)

/** What is different in `now`; of the clients, who came and who left. */
const difference = (before: Snapshot, now: Snapshot): Pick<AnalyticsFrame, "changes" | "arrived" | "departed"> => {
  const { activeUserDetails: there, ...rest } = now
  const changes = Object.fromEntries(
    Object.entries(rest).filter(([name, value]) => !sameJson(value, before[name as keyof Snapshot]))
  )
  const departed: Array<string> = []
  // both are in the order of coming, so that who came is at the end
  let stayed = 0
  for (const { clientId } of before.activeUserDetails) {
    if (there[stayed]?.clientId === clientId) stayed++
    else departed.push(clientId)
  }
  const arrived = there.slice(stayed)
  return { changes, ...(arrived.length > 0 ? { arrived } : {}), ...(departed.length > 0 ? { departed } : {}) }
}

export class Watchers extends Context.Service<
  Watchers,
  {
    /** Tells a client the whole, and from then on what changes; again for one that watches already. */
    watch(client: Client, ref: Ref | undefined): void
    /** Whether the client was watching. */
    forget(client: Client): boolean
  }
>()("hubbub/connection/Watchers") {
  static readonly layer = Layer.effect(
    Watchers,
    Effect.gen(function* () {
      const { snapshot } = yield* Analytics
      const watching = new Set<Client>()
      /** Watch, but were behind when something was sent, so that they need the whole. */
      const behind = new Set<Client>()
      let version = 0
      let last: Snapshot | undefined

      const whole = (figures: Snapshot, ref: Ref | undefined) =>
        Buffer.from(
          encodeServerFrame({
            type: "analytics",
            ...(ref === undefined ? {} : { ref }),
            roomId: analyticsRoom,
            version,
            figures
          })
        )

      const tell = (figures: Snapshot) => {
        version++
        const diff = last === undefined ? undefined : difference(last, figures)
        last = figures
        const frame =
          diff === undefined
            ? undefined
            : textFrame(encodeServerFrame({ type: "analytics", roomId: analyticsRoom, version, ...diff }))
        let again: Buffer | undefined
        for (const client of watching) {
          const { mailbox } = client
          // figures are worth sending only now: a client that lags is told the whole once it has caught up
          if (!mailbox.writesThrough) behind.add(client)
          else if (behind.delete(client) || frame === undefined) {
            // it names every connection, of which there may be many
            mailbox.offerLong([(again ??= whole(figures, undefined))])
          } else mailbox.offer(frame)
          mailbox.flush()
        }
      }

      const push = Effect.suspend(() => {
        if (watching.size > 0) return Effect.map(snapshot, tell)
        last = undefined
        return Effect.void
      })

      yield* push.pipe(
        Effect.andThen(Effect.sleep(PUSH_MS)),
        Effect.forever({ disableYield: true }),
        supervise("live figures")
      )

      return Watchers.of({
        watch: (client, ref) => {
          // the figures of the last frame, so that the next difference fits
          last ??= Effect.runSync(snapshot)
          client.mailbox.offerLong([whole(last, ref)])
          watching.add(client)
        },
        forget: (client) => {
          behind.delete(client)
          return watching.delete(client)
        }
      })
    })
  )
}
