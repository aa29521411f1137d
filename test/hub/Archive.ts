/**
 * What is kept of each room beyond memory, and an engine over it: the test says when a read of it ends, and sees what was read and kept.
 * Messages stay there as they were said, as in a store that is behind; what they have become since the log alone knows.
 */
import { randomUUID } from "node:crypto"
import { Clock, Deferred, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { RoomId } from "../../src/domain/RoomId.ts"
import { UserId } from "../../src/domain/UserId.ts"
import { Ledger } from "../../src/log/Ledger.ts"
import { Overlay } from "../../src/log/Overlay.ts"
import { Recall, RecallFailed } from "../../src/log/Recall.ts"
import { RoomLog } from "../../src/log/RoomLog.ts"
import { RoomStream } from "../../src/log/RoomStream.ts"
import { logOptions } from "../../src/Persistence.ts"
import { History } from "../../src/store/History.ts"
import { draft } from "../contract/roomLog.ts"
import { configuration, connect, engineLayer, said, settle } from "../support/Engine.ts"

/** Sixteen messages of a room stay in memory. */
export const config = configuration({ roomLogMessages: 16, roomLogBytes: 2 ** 30, roomLogBurstMs: 0 })

export const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

export class Archive {
  readonly reads: Array<{ readonly after: number; readonly to: number }> = []
  /** Messages of each batch that was kept. */
  readonly batches: Array<number> = []
  /** What reads wait for, and what those of one room wait for. */
  gate: Deferred.Deferred<void, RecallFailed> | undefined
  readonly gates = new Map<string, Deferred.Deferred<void, RecallFailed>>()
  private readonly rooms = new Map<string, Array<string>>()

  /** The JSON of a room's messages from the first on. */
  of(room: string): Array<string> {
    let messages = this.rooms.get(room)
    if (messages === undefined) this.rooms.set(room, (messages = []))
    return messages
  }

  /** Keeps "1" to "n" of a room that nobody has entered since: it is cold. */
  fill(room: string, count: number): void {
    const messages = this.of(room)
    for (const seq of numbers(1, count)) {
      const said = draft(String(seq), { roomId: RoomId.make(room), userId: UserId.make("alice") })
      messages.push(JSON.stringify({ ...said, seq, timestamp: "1970-01-01T00:00:00.000Z" }))
    }
  }

  private readonly recall = Layer.succeed(Recall, {
    range: (roomId, after, to, maxBytes) =>
      Effect.gen({ self: this }, function* () {
        this.reads.push({ after, to })
        const gate = this.gates.get(roomId) ?? this.gate
        if (gate !== undefined) yield* Deferred.await(gate)
        const messages = this.of(roomId)
        let from = to
        let bytes = 0
        while (from > after && (bytes += messages[from - 1]!.length) <= maxBytes) from--
        return { from, messages: messages.slice(from, to) }
      })
  })

  /** Numbers as every engine does and keeps all; a room that left memory comes back cold. */
  private readonly log = Layer.effect(
    RoomLog,
    Effect.gen({ self: this }, function* () {
      const memory = yield* RoomLog
      const limits = logOptions(config)
      const overlay = new Overlay()
      const ledger = new Ledger(
        yield* Clock.Clock,
        (roomId) => new RoomStream(roomId, 7, limits, this.of(roomId).length, 0, overlay.of(roomId, 7))
      )
      return RoomLog.of({
        ...memory,
        stream: (roomId) => ledger.stream(roomId),
        find: (roomId) => ledger.streams.get(roomId),
        forget: (roomId) => {
          ledger.streams.delete(roomId)
        },
        append: (batch) =>
          Effect.sync(() => {
            const staged = ledger.stage(batch)
            ledger.commit(staged)
            this.batches.push(batch.length)
            for (const { json, roomId } of staged.entries) this.of(roomId).push(json)
            return staged.outcomes
          }),
        amend: (batch) =>
          Effect.sync(() => {
            const staged = ledger.stageChanges(
              batch,
              (target) => overlay.get(target.roomId, target) ?? { json: target.json, said: "" }
            )
            ledger.commitChanges(staged)
            for (const amendment of staged.amendments) overlay.add(amendment, 0)
            return staged.outcomes
          })
      })
    })
  ).pipe(Layer.provide(RoomLog.layerMemory(logOptions(config))))

  /** The engine over it; with a past from elsewhere, if one is given. */
  engine(
    overrides: Parameters<typeof configuration>[0] = {},
    past: Parameters<typeof engineLayer>[2] = Layer.merge(History.layer, this.recall)
  ) {
    return engineLayer({ ...config, ...overrides }, this.log, past)
  }
}

export const chat = (content: string, messageId: string = randomUUID(), roomId = "lobby") => ({
  type: "chat",
  roomId,
  content,
  messageId,
  ref: content
})

/** A room in which alice has said "1" to "n". */
export const talk = Effect.fnUntraced(function* (count: number, room = "lobby") {
  const alice = yield* connect(config, "alice", { room })
  for (const n of numbers(1, count)) alice.say(chat(String(n), randomUUID(), room))
  yield* alice.until("ack", ({ ref }) => ref === String(count))
  yield* alice.when(() => said(alice).length === count)
  // memory is trimmed once a burst is over
  yield* TestClock.adjust("1 second")
  yield* settle
  return alice
})

/** What the messages of an answer say. */
export const contents = (frame: Record<string, unknown>) =>
  (frame["messages"] as ReadonlyArray<{ readonly content: string }>).map(({ content }) => Number(content))
