/**
 * What was said since the last minute that was written, told again from history, so that a message is counted once whatever happened in
 * between. Also who spoke last before, which response times go on from.
 */
import { Effect } from "effect"
import type { Message } from "../domain/Message.ts"
import type { Position } from "../domain/Position.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { RoomLog } from "../log/RoomLog.ts"
import type { History } from "../store/History.ts"
import type { HistoryUnavailable } from "../store/HistoryUnavailable.ts"
import type { Aggregator } from "./Aggregator.ts"
import { type Said, saidOf } from "./Event.ts"
import { ANSWER_MS } from "./Responses.ts"

const PAGE = 200
/** Messages told before other work gets its turn. */
const SLICE = 500
/** Pages looked through for the last message of a user before those that are told; a room of system messages has none. */
const LOOK_BACK = 5

/** What a stored message tells; nothing where it is none. */
export const saidIn = (json: string): { readonly said: Said; readonly at: number } | undefined => {
  try {
    const message = JSON.parse(json) as Message
    const at = Date.parse(message.timestamp)
    return Number.isNaN(at) || typeof message.content !== "string" ? undefined : { said: saidOf(message, 0), at }
  } catch {
    return undefined
  }
}

const isTalk = ({ bot, type }: Said) => type === "chat" && !bot

/**
 * Tells the aggregator what was said in a room at `from` or later, up to `to`, in the epoch that was counted last and those since. Answers
 * the moment of the latest message, 0 without one.
 */
export const recoverRoom = Effect.fnUntraced(function* (
  aggregator: Aggregator,
  history: History["Service"],
  roomId: RoomId,
  { epoch, from, to }: { readonly epoch: number; readonly from: number; readonly to: Position }
): Effect.fn.Return<number, HistoryUnavailable> {
  /** Newest first. */
  const found: Array<{ readonly said: Said; readonly at: number }> = []
  let before: Position = to
  let earlier: { readonly author: string; readonly at: number } | undefined
  let beyond = 0
  let unreadable = 0
  while (true) {
    const { first, messages, older } = yield* history.room(roomId, { before, limit: PAGE })
    let oldest = 0
    for (const json of messages.toReversed()) {
      const one = saidIn(json)
      if (one === undefined) {
        unreadable++
        continue
      }
      oldest = one.at
      if (one.at >= from) found.push(one)
      else if (earlier === undefined && isTalk(one.said)) earlier = { author: one.said.userId, at: one.at }
    }
    if (first === undefined || !older) break
    if (oldest >= from || (earlier === undefined && ++beyond < LOOK_BACK)) before = first
    // time does not go back within an epoch, but may have where one began
    else if (first.epoch > epoch) before = { epoch: first.epoch, seq: 1 }
    else break
  }
  if (unreadable > 0) yield* Effect.logError("messages that cannot be read are in no figure", { roomId, unreadable })
  // one that was given up before is not given up again
  if (earlier !== undefined && earlier.at + ANSWER_MS >= from)
    aggregator.responses.seed(roomId, earlier.author, earlier.at)
  let latest = 0
  let told = 0
  for (const { at, said } of found.toReversed()) {
    if (isTalk(said)) aggregator.responses.earlier(roomId, said.userId, at)
    aggregator.replay(said, at)
    latest = Math.max(latest, at)
    if (++told % SLICE === 0) yield* Effect.yieldNow
  }
  aggregator.responses.resume(roomId)
  return latest
})

/** Where each room that has messages ends now: the place after its newest message, and when that was said. */
export const roomEnds = (
  log: RoomLog["Service"]
): ReadonlyArray<{ readonly roomId: RoomId; readonly end: Position; readonly at: number }> =>
  Array.from(log.rooms(), ({ at, head, roomId }) => ({
    roomId,
    end: { epoch: log.tail(roomId).epoch, seq: head + 1 },
    at
  }))
