/** Private rooms over records in memory, with someone who notes what users are told. */
import { Context, Effect, Latch, Layer, Redacted } from "effect"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import type { ServerFrame } from "../../src/domain/ServerFrame.ts"
import { UserId } from "../../src/domain/UserId.ts"
import { Herald } from "../../src/private/Herald.ts"
import * as keptRooms from "../../src/private/keptRooms.ts"
import { PairKey } from "../../src/private/PairKey.ts"
import { PrivateRooms } from "../../src/private/PrivateRooms.ts"
import * as MemoryRecords from "../../src/store/MemoryRecords.ts"
import { StoreUnavailable } from "../../src/store/MessageStore.ts"
import { RecordStore } from "../../src/store/RecordStore.ts"

export const user = (name: string) => UserId.make(name)
export const room = (name: string) => RoomId.make(name)

export const key = (byte: number) => PairKey.layer(Redacted.make(Buffer.alloc(32, byte)))

/** What one user was told, and was seen out of or let into. */
export type Note =
  | { readonly to: string; readonly frame: ServerFrame }
  | { readonly expelled: string; readonly roomId: string }
  | { readonly admitted: string; readonly roomId: string }

export class Notes implements Herald {
  readonly all: Array<Note> = []

  tell(to: UserId, frame: ServerFrame) {
    this.all.push({ to, frame })
  }

  expel(expelled: UserId, roomId: RoomId) {
    this.all.push({ expelled, roomId })
  }

  admit(admitted: UserId, roomId: RoomId) {
    this.all.push({ admitted, roomId })
  }

  /** What was noted since this was last asked. */
  take(): ReadonlyArray<unknown> {
    return this.all.splice(0)
  }
}

/** A store that can be sent away, and takes its time, so that what is done at once meets. */
export class Records {
  away = false
  /** Calls that are still answered before the store goes away, and calls after which it does what it is asked but says that it does not. */
  awayAfter: number | undefined
  lieAfter: number | undefined
  /** Calls there were. */
  calls = 0
  /** Calls after which the others wait for `gate`. */
  heldAfter: number | undefined
  readonly gate = Latch.makeUnsafe(false)
  private readonly inner: RecordStore["Service"]

  private constructor(inner: RecordStore["Service"]) {
    this.inner = inner
  }

  static readonly make = Effect.map(
    Effect.provide(RecordStore, MemoryRecords.layer, { local: true }),
    (inner) => new Records(inner)
  )

  /** The same records, as another server asks for them. */
  beside(): Records {
    return new Records(this.inner)
  }

  readonly service: RecordStore["Service"] = RecordStore.of({
    get: (pk, sk) => this.through(Effect.suspend(() => this.inner.get(pk, sk))),
    list: (page) => this.through(Effect.suspend(() => this.inner.list(page))),
    put: (draft, condition) => this.through(Effect.suspend(() => this.inner.put(draft, condition))),
    remove: (pk, sk) => this.through(Effect.suspend(() => this.inner.remove(pk, sk))),
    sweep: (before, limit) => this.inner.sweep(before, limit)
  })

  private through<A, E>(call: Effect.Effect<A, E>): Effect.Effect<A, E | StoreUnavailable> {
    const gone = Effect.fail(new StoreUnavailable({ reason: "sent away" }))
    return Effect.gen({ self: this }, function* () {
      this.calls++
      yield* Effect.yieldNow
      if (this.heldAfter !== undefined && this.heldAfter-- <= 0) yield* this.gate.await
      if (this.away || (this.awayAfter !== undefined && this.awayAfter-- <= 0)) return yield* gone
      const answer = yield* call
      yield* Effect.yieldNow
      return this.lieAfter !== undefined && this.lieAfter-- <= 0 ? yield* gone : answer
    })
  }
}

interface HouseOptions {
  readonly herald?: Herald
  readonly keyed?: number
  readonly membersMax?: number
  readonly groupsMax?: number
}

/** One server's private rooms over a store that it may share with others, until the test ends. */
export const house = Effect.fnUntraced(function* (
  records: Records,
  { groupsMax = 1000, herald = new Notes(), keyed = 1, membersMax = 200 }: HouseOptions = {}
) {
  const services = yield* Layer.build(
    keptRooms
      .layer({ groupMembersMax: membersMax, groupsPerUser: groupsMax })
      .pipe(
        Layer.provide(
          Layer.mergeAll(
            key(keyed),
            Layer.succeed(RecordStore, records.service),
            Layer.succeed(Herald, herald),
            Supervisor.layer
          )
        )
      )
  )
  const rooms = Context.get(services, PrivateRooms)
  if (rooms === undefined) return yield* Effect.die("there are no private rooms")
  return rooms
})

/** What a user is a member of, if that is not too much for one page. */
export const conversationsOf = (rooms: PrivateRooms, userId: UserId) =>
  Effect.map(rooms.page(userId, 1000, undefined), ({ conversations }) => conversations)
