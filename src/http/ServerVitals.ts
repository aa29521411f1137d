/** What the parts of a server say of themselves when asked: rooms, what waits for clients and for the store, what crashed. */
import type { Socket } from "node:net"
import { Effect, Layer } from "effect"
import { Supervisor } from "../actor/Supervisor.ts"
import { Hub } from "../hub/Hub.ts"
import { plain } from "../observability/MetricFamily.ts"
import { Vitals } from "../observability/Vitals.ts"
import { Storage } from "../store/Storage.ts"
import { NodeServer } from "./NodeServer.ts"

/** The connections of a server, to be asked what the kernel has not taken of theirs; an idle one costs an entry and a listener. */
const connectionsOf = Effect.fnUntraced(function* ({ http }: NodeServer["Service"]) {
  const open = new Set<Socket>()
  // one function for all
  function onClose(this: Socket) {
    open.delete(this)
  }
  const onConnection = (socket: Socket) => {
    open.add(socket)
    socket.once("close", onClose)
  }
  yield* Effect.acquireRelease(
    Effect.sync(() => http.on("connection", onConnection)),
    () => Effect.sync(() => http.off("connection", onConnection))
  )
  return open
})

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const vitals = yield* Vitals
    const hub = yield* Hub
    const storage = yield* Storage
    const supervisor = yield* Supervisor
    const connections = yield* connectionsOf(yield* NodeServer)
    const run = Effect.runSyncWith(yield* Effect.context())
    const unsent = () => {
      let bytes = 0
      for (const { writableLength } of connections) bytes += writableLength
      return bytes
    }
    yield* vitals.register(() => {
      const waiting = storage.status()
      return [
        plain("gauge", "chat_rooms", "Rooms in memory.", run(hub.size).rooms),
        plain(
          "gauge",
          "chat_outbound_queue_bytes",
          "Bytes that the kernel has yet to take, over all connections.",
          unsent()
        ),
        plain(
          "gauge",
          "chat_store_backlog_bytes",
          "Bytes in the journal that the store has yet to take.",
          waiting?.backlogBytes ?? 0
        ),
        plain(
          "gauge",
          "chat_store_backlog_oldest_seconds",
          "How long the oldest message has waited for the store.",
          (waiting?.oldestMs ?? 0) / 1000
        ),
        plain(
          "counter",
          "chat_dead_letters_total",
          "Messages that the store refused for good and that were set aside.",
          waiting?.deadLetters ?? 0
        ),
        plain("counter", "chat_fiber_restarts_total", "Crashes of supervised fibers.", supervisor.crashes())
      ]
    })
  })
)
