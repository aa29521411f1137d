/** What a client hears of its markers as it comes into rooms, over the real engine. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Mailbox } from "../../src/actor/Mailbox.ts"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { Connections } from "../../src/connection/Connections.ts"
import * as ushering from "../../src/connection/ushering.ts"
import { Username } from "../../src/domain/Username.ts"
import { Client, Seat } from "../../src/hub/Client.ts"
import { Room } from "../../src/hub/Room.ts"
import { Usher } from "../../src/hub/Usher.ts"
import { Moderation } from "../../src/moderation/Moderation.ts"
import { ReadMarkers } from "../../src/reading/ReadMarkers.ts"
import { configuration, connect, engineLayer, settle, subscribe } from "../support/Engine.ts"
import { FakeSocket } from "../support/FakeSocket.ts"
import { ann, lobby, Site } from "./Site.ts"

const config = configuration()
const layer = engineLayer(config)

describe("a client that comes into a room", () => {
  it.effect("is told where it has read to after what it is told of the room, each time it is told", () =>
    Effect.gen(function* () {
      const socket = yield* connect(config, "ann", { room: "lobby" })
      yield* subscribe(socket, "lobby")
      yield* subscribe(socket, "garden")
      yield* settle
      const types = socket.frames.map(({ type }) => type).filter((type) => type === "subscribed" || type === "read")
      assert.deepStrictEqual(types, ["subscribed", "read", "subscribed", "read", "subscribed", "read"])
      assert.isUndefined(socket.of("read")[0]?.["ref"])
    }).pipe(Effect.provide(layer))
  )

  it.effect("hears of no room that it is banned from, and lists none", () =>
    Effect.gen(function* () {
      const socket = yield* connect(config, "ann", { room: "lobby" })
      const moderation = (yield* Moderation)!
      const mia = { userId: undefined, name: "mia", via: "http", moderates: () => true } as const
      yield* moderation.order({ action: "ban", userId: ann, roomId: lobby }, mia)
      yield* TestClock.adjust("1 second")
      socket.say({ type: "unread", ref: "list" })
      assert.deepInclude(yield* socket.until("unread"), { ref: "list", rooms: [], hasMore: false })
      socket.say({ type: "read", roomId: "lobby", seq: 0, ref: "read" })
      assert.deepInclude(yield* socket.until("error"), { ref: "read", code: "forbidden_room" })
    }).pipe(Effect.provide(layer))
  )

  it.effect("is told as soon as the store can say, and not once it has left", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const { markers } = yield* site.start()
      const room = new Room(site.log.stream(lobby), () => {})
      const arrivals = ["stays", "leaves"].map((connectionId) => {
        const socket = new FakeSocket()
        const mailbox = new Mailbox(socket, { ownBytes: 1e6, unsentBytes: 1e6 }, { end: () => {} })
        const username = Username.make("Ann")
        const client = new Client({ connectionId, userId: ann, username, dialect: "hubbub.v1" }, mailbox)
        const seat = new Seat(client, room)
        client.rooms.set(lobby, seat)
        return { socket, client, seat, since: 0, enters: () => true, end: () => {} }
      })
      const services = yield* Layer.build(
        ushering.layer.pipe(
          Layer.provide(Layer.succeed(ReadMarkers, markers)),
          Layer.provideMerge(Connections.layer),
          Layer.provide(Supervisor.layer)
        )
      )
      for (const arrival of arrivals) Context.get(services, Connections).add(arrival)
      site.away = true
      for (const { seat } of arrivals) Context.get(services, Usher)?.seated(seat)
      yield* TestClock.adjust("1 minute")
      const [stays, leaves] = arrivals
      leaves?.client.rooms.delete(lobby)
      site.away = false
      yield* TestClock.adjust("6 seconds")
      assert.deepInclude(stays?.socket.of("read")[0], { type: "read", roomId: lobby, unread: 0 })
      assert.deepStrictEqual([stays?.socket.frames.length, leaves?.socket.frames.length], [1, 0])
    })
  )

  it.effect("may move markers thirty times at once, and ten times a second", () =>
    Effect.gen(function* () {
      const socket = yield* connect(config, "ann", { room: "lobby" })
      const refs = Array.from({ length: 31 }, (_, i) => i)
      for (const ref of refs) {
        socket.say({ type: "read", roomId: "lobby", seq: 0, ref })
        yield* settle
      }
      assert.deepInclude(yield* socket.until("error"), { ref: 30, code: "rate_limited", retryAfterMs: 100 })
      yield* TestClock.adjust("100 millis")
      socket.say({ type: "read", roomId: "lobby", seq: 0, ref: "again" })
      yield* socket.until("read", ({ ref }) => ref === "again")
    }).pipe(Effect.provide(layer))
  )
})
