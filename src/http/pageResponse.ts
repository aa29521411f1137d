import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"
import type { Page } from "../store/Page.ts"
import type { Cursors, Track } from "./Cursors.ts"
import type { PageQuery } from "./PageQuery.ts"

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
  return HttpServerResponse.text(`${head},"messages":[${messages.join(",")}],${tail}`, {
    contentType: "application/json"
  })
}
