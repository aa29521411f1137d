/**
 * What one connection searches for in its rooms. Each search is done beside the connection's reader, so that nothing said meanwhile waits
 * for it; one at a time, and none outlives the connection. What is looked for is never logged.
 */
import { Cause, Effect, type Fiber } from "effect"
import { messageParts } from "../actor/messageParts.ts"
import type { ClientFrame } from "../domain/ClientFrame.ts"
import { PAGE_SIZE_DEFAULT } from "../domain/PageSize.ts"
import { type ProtocolError, refusal } from "../domain/ProtocolError.ts"
import { searchProblem, soughtIn } from "../domain/searching.ts"
import type { RoomId } from "../domain/RoomId.ts"
import { encodeServerFrame, errorFrame } from "../domain/ServerFrame.ts"
import type { Client } from "../hub/Client.ts"
import type { Finds } from "../store/searchRoom.ts"
import type { Library } from "./Lookups.ts"

export type Inquiry = Extract<ClientFrame, { readonly type: "search" }>

/** Answers that the client has not taken yet, above which nothing is searched for: some 3 MB each at the most. */
const UNTAKEN = 4
const RETRY_MS = 100

const answerOf = ({ ref, roomId }: Inquiry, { before, found }: Finds) => {
  const frame = encodeServerFrame({
    type: "found",
    ...(ref === undefined ? {} : { ref }),
    roomId,
    hasMore: before !== undefined,
    ...(before === undefined ? {} : { before }),
    places: found.map(({ place }) => place),
    messages: []
  })
  return messageParts(
    frame.slice(0, -"]}".length),
    found.map(({ json }) => json),
    "]}"
  )
}

export class Finder {
  private readonly client: Client
  private readonly library: Pick<Library, "fork" | "history" | "hub" | "supervisor">
  /** Whose searches these are, over all of their connections. */
  private readonly seeker: string
  /** Whether the client may still read a room. */
  private readonly readable: (roomId: RoomId) => Effect.Effect<void, ProtocolError>
  private underWay: Fiber.Fiber<void> | undefined
  private untaken = 0

  constructor(client: Client, library: Finder["library"], seeker: string, readable: Finder["readable"]) {
    this.client = client
    this.library = library
    this.seeker = seeker
    this.readable = readable
  }

  /** Begins to search, and answers once it is done; or says at once why not. */
  begin(inquiry: Inquiry): ProtocolError | undefined {
    const problem = searchProblem(inquiry.text)
    if (problem !== undefined) return refusal("invalid_frame", `text ${problem}`, "text")
    if (this.underWay !== undefined || this.untaken >= UNTAKEN) {
      return refusal("overloaded", "one search at a time", undefined, RETRY_MS)
    }
    const fiber = this.library.fork(this.search(inquiry))
    this.underWay = fiber
    fiber.addObserver(() => {
      if (this.underWay === fiber) this.underWay = undefined
    })
    return undefined
  }

  /** Breaks off what is under way; nothing is answered any more. */
  stop(): void {
    this.underWay?.interruptUnsafe()
  }

  private search(inquiry: Inquiry): Effect.Effect<void> {
    const { history, supervisor } = this.library
    const { before, limit = PAGE_SIZE_DEFAULT, roomId, text } = inquiry
    return history.search(roomId, { sought: soughtIn(text), before, limit }, this.seeker).pipe(
      // while it waited for its turn the client may have been put out of the room
      Effect.tap(() => this.readable(roomId)),
      Effect.map((finds) => this.answer(answerOf(inquiry, finds))),
      Effect.catchTags({
        ProtocolError: (error) => Effect.sync(() => this.refuse(inquiry, error)),
        HistoryUnavailable: ({ reason, retryAfterMs }) =>
          Effect.sync(() => this.refuse(inquiry, refusal("unavailable", reason, undefined, retryAfterMs))),
        TooManySearches: ({ retryAfterMs }) =>
          Effect.sync(() =>
            this.refuse(inquiry, refusal("overloaded", "too much is being searched for", undefined, retryAfterMs))
          )
      }),
      Effect.catchCause((cause) => {
        if (Cause.hasInterruptsOnly(cause)) return Effect.void
        return Effect.andThen(
          supervisor.noted("search", cause),
          Effect.sync(() => this.refuse(inquiry, refusal("internal", "the room could not be searched")))
        )
      })
    )
  }

  private answer(parts: ReadonlyArray<Buffer>): void {
    // the next search may come with the answer to this one
    this.underWay = undefined
    this.untaken++
    this.client.mailbox.offerLong(parts, () => {
      this.untaken--
    })
    this.client.mailbox.flush()
  }

  private refuse({ ref }: Inquiry, error: ProtocolError): void {
    this.underWay = undefined
    this.library.hub.refused(error.code)
    this.client.tell(errorFrame(error, ref))
    this.client.mailbox.flush()
  }
}
