/**
 * The part of a room's history that the log has, as one look at its tail found it. The log lets go only of what the store has; where it
 * lets go of something between the look and a read, the read fails with `Moved`, and whoever asked looks again.
 */
import { Data, Effect } from "effect"
import type { RoomId } from "../domain/RoomId.ts"
import type { RoomLog, Tail } from "../log/RoomLog.ts"
import { HistoryUnavailable } from "./HistoryUnavailable.ts"
import type { StoreUnavailable } from "./MessageStore.ts"

/** The log no longer has what its tail said it had. */
export class Moved extends Data.TaggedError("Moved") {}

const LOOKS = 5
const RETRY_MS = 100

export class LogPart {
  readonly tail: Tail
  private readonly log: RoomLog["Service"]
  private readonly roomId: RoomId

  constructor(log: RoomLog["Service"], roomId: RoomId) {
    this.tail = log.tail(roomId)
    this.log = log
    this.roomId = roomId
  }

  /** The JSON of the messages with `after` < seq ≤ `to`, none of them before `tail.from`. */
  read(after: number, to: number): Effect.Effect<ReadonlyArray<string>, Moved> {
    const { log, roomId } = this
    if (after >= to) return Effect.succeed([])
    return Effect.filterOrFail(
      log.read(roomId, after, to),
      // the log reads by seq alone, and the room may have begun anew under another epoch
      (messages): messages is ReadonlyArray<string> =>
        messages !== undefined && log.tail(roomId).epoch === this.tail.epoch,
      () => new Moved()
    )
  }
}

type Failure = HistoryUnavailable | StoreUnavailable

/** Does something with the log's part of a room, each time with a new look at it, until the log stays as it was for as long as it takes. */
export const withLogPart = <A>(
  log: RoomLog["Service"],
  roomId: RoomId,
  use: (part: LogPart) => Effect.Effect<A, Failure | Moved>
): Effect.Effect<A, Failure> =>
  Effect.suspend(() => use(new LogPart(log, roomId))).pipe(
    Effect.retry({ times: LOOKS - 1, while: ({ _tag }) => _tag === "Moved" }),
    Effect.mapError((error) =>
      error._tag === "Moved"
        ? new HistoryUnavailable({ reason: "the room is too busy to be read", retryAfterMs: RETRY_MS })
        : error
    )
  )
