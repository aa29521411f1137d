import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, Result } from "effect"
import { RoomId } from "../../src/domain/RoomId.ts"
import { UserId } from "../../src/domain/UserId.ts"
import { Cursors, listTrack, roomTrack, type Track, userTrack } from "../../src/http/Cursors.ts"
import { cursors } from "../support/Web.ts"

const lobby = RoomId.make("lobby")
const position = { epoch: 1_764_094_711, seq: 2 ** 40 }
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

const faultOf = (result: Result.Result<unknown, string>) => (Result.isFailure(result) ? result.failure : "none")

describe("cursors", () => {
  it.effect("bring back the place they were given out for", () =>
    Effect.gen(function* () {
      const { read, write } = yield* Cursors
      const check = <P>(track: Track<P>, place: P) => {
        const text = write(track, place)
        assert.match(text, /^[A-Za-z0-9_-]+$/)
        assert.isBelow(text.length, 400)
        assert.deepStrictEqual(read(track, text), Result.succeed(place))
      }
      check(roomTrack(lobby), position)
      check(roomTrack(lobby), { epoch: 0, seq: 0 })
      check(userTrack(UserId.make("😀".repeat(64))), {
        at: 1_764_094_711_123,
        roomId: RoomId.make("x".repeat(64)),
        ...position
      })
      check(listTrack, { at: null, roomId: lobby })
      check(listTrack, { at: 5, roomId: lobby })
    }).pipe(Effect.provide(cursors))
  )

  it.effect("are refused with any one character changed, added or taken away", () =>
    Effect.gen(function* () {
      const { read, write } = yield* Cursors
      const track = roomTrack(lobby)
      const text = write(track, position)
      const accepted: Array<string> = []
      const refuses = (changed: string) => {
        if (changed !== text && !["altered", "unreadable"].includes(faultOf(read(track, changed))))
          accepted.push(changed)
      }
      for (let i = 0; i < text.length; i++) {
        for (const letter of [...alphabet.split(""), "+", "/", "=", " ", "é"])
          refuses(text.slice(0, i) + letter + text.slice(i + 1))
        refuses(text.slice(0, i) + text.slice(i + 1))
        refuses(`${text.slice(0, i)}A${text.slice(i)}`)
        refuses(text.slice(0, i))
      }
      assert.deepStrictEqual(accepted, [])
    }).pipe(Effect.provide(cursors))
  )

  it.effect("tell apart what never was one, what was changed, and what is another listing's", () =>
    Effect.gen(function* () {
      const { read, write } = yield* Cursors
      const track = roomTrack(lobby)
      const text = write(track, position)
      for (const nonsense of [
        "",
        "abc",
        "%00",
        "12",
        "null",
        "A".repeat(511),
        "A".repeat(100_000),
        `${text}=`,
        ` ${text}`
      ]) {
        assert.strictEqual(faultOf(read(track, nonsense)), "unreadable", nonsense.slice(0, 20))
      }
      const middle = text.length >> 1
      const changed = text.slice(0, middle) + (text[middle] === "A" ? "B" : "A") + text.slice(middle + 1)
      assert.strictEqual(faultOf(read(track, changed)), "altered")
      const stranger = yield* Cursors.pipe(
        Effect.provide(Cursors.layer(Redacted.make(Buffer.alloc(32, 8))), { local: true })
      )
      assert.strictEqual(faultOf(stranger.read(track, text)), "altered")
      for (const other of [roomTrack(RoomId.make("den")), userTrack(UserId.make("lobby")), listTrack]) {
        assert.strictEqual(faultOf(read<unknown>(other, text)), "elsewhere")
      }
      // a room and a user of one name are two things
      const mine = write(userTrack(UserId.make("lobby")), { at: 1, roomId: lobby, ...position })
      assert.strictEqual(faultOf(read(track, mine)), "elsewhere")
    }).pipe(Effect.provide(cursors))
  )
})
