import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { messageParts } from "../actor/messageParts.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"
import type { Page } from "../store/Page.ts"
import type { Finds } from "../store/searchRoom.ts"
import { type Cursors, roomTrack, type Track } from "./Cursors.ts"
import type { PageQuery } from "./PageQuery.ts"

const answer = (head: string, messages: ReadonlyArray<string>, tail: string) =>
  HttpServerResponse.uint8Array(Buffer.concat(messageParts(`${head},"messages":[`, messages, `],${tail}`)), {
    contentType: "application/json"
  })

/** A page of history as an answer. Its messages are JSON already, and go into the text as they are. */
export const pageResponse = <P, Q>(
  owner: { readonly roomId: RoomId } | { readonly userId: UserId },
  cursors: Cursors["Service"],
  track: Track<P>,
  { after, query }: PageQuery<Q>,
  { first, last, messages, newer, older }: Page<P>
): HttpServerResponse.HttpServerResponse => {
  const head = JSON.stringify({ ...owner, count: messages.length }).slice(0, -1)
  const tail = JSON.stringify({
    hasMore: query.after === undefined ? older : newer,
    before: first !== undefined && older ? cursors.write(track, first) : null,
    // whoever asks again and again for what is new, and was given nothing, goes on from where they were
    after: last === undefined ? (after ?? null) : cursors.write(track, last)
  }).slice(1)
  return answer(head, messages, tail)
}

/** What a search of a room found as an answer. */
export const foundResponse = (
  roomId: RoomId,
  cursors: Cursors["Service"],
  { before, found }: Finds
): HttpServerResponse.HttpServerResponse => {
  const track = roomTrack(roomId)
  const head = JSON.stringify({ roomId, count: found.length }).slice(0, -1)
  const tail = JSON.stringify({
    places: found.map(({ place }) => cursors.write(track, place)),
    hasMore: before !== undefined,
    before: before === undefined ? null : cursors.write(track, before)
  }).slice(1)
  const messages = found.map(({ json }) => json)
  return answer(head, messages, tail)
}
