/**
 * The pages of history that one connection has asked for. Each is read beside the connection's reader, so that nothing said meanwhile
 * waits for a store; few at a time, and none outlives the connection.
 */
import { Cause, Effect, type Fiber } from "effect"
import { messageParts } from "../actor/messageParts.ts"
import type { Supervisor } from "../actor/Supervisor.ts"
import type { ClientFrame } from "../domain/ClientFrame.ts"
import { PAGE_SIZE_DEFAULT } from "../domain/PageSize.ts"
import type { Position } from "../domain/Position.ts"
import { type ProtocolError, refusal } from "../domain/ProtocolError.ts"
import type { RoomId } from "../domain/RoomId.ts"
import { encodeServerFrame, errorFrame } from "../domain/ServerFrame.ts"
import type { Client } from "../hub/Client.ts"
import type { Hub } from "../hub/Hub.ts"
import type { History } from "../store/History.ts"
import type { Page } from "../store/Page.ts"
import type { Services } from "./Desk.ts"
import type { Watchers } from "./Watchers.ts"

/** What all connections look things up with. */
export interface Library extends Services {
  readonly hub: Hub["Service"]
  readonly history: History["Service"]
  readonly watchers: Watchers["Service"]
  readonly supervisor: Supervisor["Service"]
  readonly fork: (lookup: Effect.Effect<void>) => Fiber.Fiber<void>
}

export type Ask = Extract<ClientFrame, { readonly type: "history" }>

/** Pages that may be under way for one connection. */
const AT_ONCE = 2
/** Pages that were found and that the client has not taken yet, above which no other is looked up: some 3 MB each at the most. */
const UNTAKEN = 4
const RETRY_MS = 100

const answerOf = ({ after, ref, roomId }: Ask, { first, last, messages, newer, older }: Page<Position>) => {
  const frame = encodeServerFrame({
    type: "history",
    ...(ref === undefined ? {} : { ref }),
    roomId,
    hasMore: after === undefined ? older : newer,
    ...(first === undefined ? {} : { before: first }),
    ...(last === undefined ? {} : { after: last }),
    messages: []
  })
  return messageParts(frame.slice(0, -"]}".length), messages, "]}")
}

export class Lookups {
  private readonly client: Client
  private readonly library: Library
  /** Whether the client may still read a room. */
  private readonly readable: (roomId: RoomId) => Effect.Effect<void, ProtocolError>
  private readonly underWay = new Set<Fiber.Fiber<void>>()
  private untaken = 0

  constructor(client: Client, library: Library, readable: Lookups["readable"]) {
    this.client = client
    this.library = library
    this.readable = readable
  }

  /** Begins to look a page up, and answers once it is found; or says at once why not. */
  begin(ask: Ask): ProtocolError | undefined {
    const { after, around, before } = ask
    const given = Object.entries({ before, after, around }).flatMap(([name, place]) =>
      place === undefined ? [] : [name]
    )
    if (given.length > 1) {
      return refusal("invalid_frame", `${given.join(" and ")} exclude each other; give one of them`, given[1])
    }
    if (this.underWay.size >= AT_ONCE || this.untaken >= UNTAKEN) {
      return refusal("rate_limited", `at most ${AT_ONCE} pages of history at a time`, undefined, RETRY_MS)
    }
    const fiber = this.library.fork(this.look(ask))
    this.underWay.add(fiber)
    fiber.addObserver(() => this.underWay.delete(fiber))
    return undefined
  }

  /** Breaks off what is under way; nothing is answered any more. */
  stop(): void {
    for (const fiber of this.underWay) fiber.interruptUnsafe()
  }

  private look(ask: Ask): Effect.Effect<void> {
    const { history, supervisor } = this.library
    const { after, around, before, limit = PAGE_SIZE_DEFAULT, roomId } = ask
    return history.room(roomId, { before, after, around, limit }).pipe(
      // while the store was asked the client may have been put out of the room
      Effect.tap(() => this.readable(roomId)),
      Effect.map((page) => this.answer(answerOf(ask, page))),
      Effect.catchTags({
        ProtocolError: (error) => Effect.sync(() => this.refuse(ask, error)),
        HistoryUnavailable: ({ reason, retryAfterMs }) =>
          Effect.sync(() => this.refuse(ask, refusal("unavailable", reason, undefined, retryAfterMs)))
      }),
      Effect.catchCause((cause) => {
        if (Cause.hasInterruptsOnly(cause)) return Effect.void
        return Effect.andThen(
          supervisor.noted("history", cause),
          Effect.sync(() => this.refuse(ask, refusal("internal", "the history could not be read")))
        )
      })
    )
  }

  private answer(parts: ReadonlyArray<Buffer>): void {
    this.untaken++
    this.client.mailbox.offerLong(parts, () => {
      this.untaken--
    })
    this.client.mailbox.flush()
  }

  private refuse({ ref }: Ask, error: ProtocolError): void {
    this.library.hub.refused(error.code)
    this.client.tell(errorFrame(error, ref))
    this.client.mailbox.flush()
  }
}
