/**
 * Any history of joins, sends, leaves, stalls and crashes over several rooms: what each client saw of a room between its join and its leave
 * is the room's log between those positions, in order, without gap or repeat (C1 to C5).
 */
import { assert, describe, it } from "@effect/vitest"
import { randomUUID } from "node:crypto"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { MAX_RESTARTS } from "../../src/actor/Supervisor.ts"
import { FaultPoint } from "../../src/actor/FaultPoint.ts"
import { configuration, connect, engineLayer, settle } from "../support/Engine.ts"
import type { FakeSocket } from "../support/FakeSocket.ts"
import { Dice } from "../support/Dice.ts"

const ROOMS = ["red", "green", "blue"]

interface Seen {
  readonly seq: number
  readonly messageId: string
  readonly content: string
}

/** What one client was shown of one stay in a room, and the position it began after. */
interface Stay {
  readonly room: string
  readonly client: string
  readonly epoch: number
  readonly from: number
  readonly seen: ReadonlyArray<Seen>
}

/** Reads the stays out of everything a client received. */
const staysOf = (client: string, frames: FakeSocket["frames"]): ReadonlyArray<Stay> => {
  const stays: Array<Stay & { readonly seen: Array<Seen> }> = []
  const open = new Map<string, (typeof stays)[number]>()
  for (const frame of frames) {
    const room = String(frame["roomId"])
    if (frame.type === "subscribed") {
      const messages = frame["messages"] as ReadonlyArray<Seen>
      const head = frame.seq
      const from = messages.length > 0 ? messages[0]!.seq - 1 : head
      const stay = { room, client, epoch: frame.epoch, from, seen: [...messages] }
      stays.push(stay)
      open.set(room, stay)
    } else if (frame.type === "unsubscribed") open.delete(room)
    else if (frame.type === "chat") {
      const stay = open.get(room)
      assert.isDefined(stay, `${client} was given a message of ${room} while not in it`)
      stay.seen.push(frame)
    }
  }
  return stays
}

const scenario = Effect.fnUntraced(function* (dice: Dice, crash: { next: boolean; left: number }) {
  const config = configuration({ unsentBytes: 2048, roomLogMessages: 100_000, roomLogBytes: 2 ** 30 })
  const everyone: Array<{ name: string; socket: FakeSocket; rooms: Set<string>; stuck: boolean }> = []
  const sent = new Map<string, string>()
  const acked = new Map<string, { room: string; seq: number; epoch: number }>()

  const join = Effect.fnUntraced(function* () {
    const name = `user${everyone.length}`
    everyone.push({ name, socket: yield* connect(config, name), rooms: new Set(), stuck: false })
  })

  for (let i = 0; i < 4; i++) yield* join()
  for (let step = 0; step < 250; step++) {
    const live = everyone.filter(({ socket }) => socket.closed === undefined)
    const one = dice.pick(live)
    const act = dice.below(100)
    // mostly to a room it is in, now and then to one that will refuse
    const home = act < 60 && one.rooms.size > 0 && dice.below(10) > 0
    const room = dice.pick(home ? Array.from(one.rooms) : ROOMS)
    if (act < 60) {
      for (let i = dice.below(4); i >= 0; i--) {
        const messageId = randomUUID()
        const content = `${one.name} ${step}.${i}`
        if (one.rooms.has(room)) sent.set(messageId, content)
        one.socket.say({ type: "chat", roomId: room, content, messageId, ref: messageId })
        // now and then a client sends again because it did not wait
        if (dice.below(10) === 0) one.socket.say({ type: "chat", roomId: room, content, messageId, ref: messageId })
      }
    } else if (act < 72) {
      one.socket.say({ type: "subscribe", roomId: room, history: dice.below(20) })
      one.rooms.add(room)
    } else if (act < 80) {
      one.socket.say({ type: "unsubscribe", roomId: room })
      one.rooms.delete(room)
    } else if (act < 84 && everyone.length < 12) yield* join()
    else if (act < 87 && live.length > 2) one.socket.leave()
    else if (act < 92) {
      if (one.stuck) one.socket.resume()
      else one.socket.stall()
      one.stuck = !one.stuck
    } else if (act < 94 && crash.left > 0) {
      crash.left--
      crash.next = true
    }
    if (dice.below(3) === 0) {
      yield* TestClock.adjust(dice.below(400))
      yield* settle
    }
  }
  for (let i = 0; i < 20; i++) {
    yield* TestClock.adjust(500)
    yield* settle
  }
  for (const { socket } of everyone) socket.resume()
  for (let i = 0; i < 10; i++) {
    yield* TestClock.adjust(500)
    yield* settle
  }

  // Someone who only watches reads every room from its first message.
  const watcher = yield* connect(config, "watcher")
  const logs = new Map<string, ReadonlyArray<Seen>>()
  for (const room of ROOMS) {
    watcher.say({ type: "subscribe", roomId: room, history: 0 })
    yield* watcher.until("subscribed", ({ roomId }) => roomId === room)
    const { epoch } = watcher.of("subscribed").at(-1) as unknown as { epoch: number }
    watcher.say({ type: "subscribe", roomId: room, after: { epoch, seq: 0 } })
    yield* watcher.until("subscribed", ({ recovered, roomId }) => roomId === room && recovered === true)
    logs.set(room, watcher.of("subscribed").at(-1)?.["messages"] as ReadonlyArray<Seen>)
  }
  for (const { socket } of everyone) {
    for (const ack of socket.of("ack")) {
      acked.set(String(ack["messageId"]), {
        room: String(ack["roomId"]),
        seq: Number(ack["seq"]),
        epoch: Number(ack["epoch"])
      })
    }
  }
  return { everyone, sent, acked, logs }
})

describe("rooms", () => {
  for (let seed = 1; seed <= 25; seed++) {
    it.effect(`show every subscriber the log between its join and its leave (seed ${seed})`, () => {
      // one fewer than would have the hub given up
      const crash = { next: false, left: MAX_RESTARTS }
      const fault = () =>
        Effect.suspend(() => (crash.next ? ((crash.next = false), Effect.die(new Error("crash"))) : Effect.void))
      return Effect.gen(function* () {
        const { acked, everyone, logs, sent } = yield* scenario(new Dice(seed), crash)
        let total = 0
        for (const [room, log] of logs) {
          // C2, C4: numbered from 1 without gaps, each position one message
          assert.deepStrictEqual(
            log.map(({ seq }) => seq),
            Array.from({ length: log.length }, (_, i) => i + 1),
            room
          )
          // C5: nothing that nobody sent; C6: nothing twice
          assert.strictEqual(new Set(log.map(({ messageId }) => messageId)).size, log.length)
          for (const { content, messageId } of log) assert.strictEqual(sent.get(messageId), content)
          total += log.length
        }
        assert.isAbove(total, 80)
        // C1: what was acked is there once, at the acked position
        for (const [messageId, { room, seq }] of acked) {
          assert.strictEqual(logs.get(room)?.[seq - 1]?.messageId, messageId)
        }
        // C3
        for (const { name, socket } of everyone) {
          for (const { from, room, seen } of staysOf(name, socket.frames)) {
            const log = logs.get(room)!
            assert.deepStrictEqual(
              seen.map(({ messageId }) => messageId),
              log.slice(from, from + seen.length).map(({ messageId }) => messageId),
              `${name} in ${room} after ${from}`
            )
          }
        }
        // those who stayed have all of it
        for (const { name, rooms, socket } of everyone) {
          if (socket.closed !== undefined) continue
          const stays = staysOf(name, socket.frames)
          for (const room of rooms) {
            const stay = stays.findLast((one) => one.room === room)!
            assert.strictEqual(stay.from + stay.seen.length, logs.get(room)!.length, `${name} in ${room}`)
          }
        }
      }).pipe(
        Effect.provide(
          engineLayer(configuration({ unsentBytes: 2048, roomLogMessages: 100_000, roomLogBytes: 2 ** 30 }))
        ),
        Effect.provideService(FaultPoint, fault)
      )
    })
  }
})
