/** A user's private rooms. */
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Effect, Schema } from "effect"
import type { UserId } from "../../domain/UserId.ts"
import { Viewer } from "../../identity/Viewer.ts"
import { PrivateRooms } from "../../private/PrivateRooms.ts"
import { Cursors, type Track } from "../Cursors.ts"
import { BadQuery, limitOf, type Params, placeOf } from "../PageQuery.ts"
import { problemResponse } from "../problemResponse.ts"
import { claimedOf } from "./claimedOf.ts"
import { ConversationsGroup } from "./ConversationsApi.ts"
import { readerOf } from "./mayRead.ts"

/** Of the whole API, what is answered here. */
const Api = HttpApi.make("hubbub").add(ConversationsGroup)

const decodePlace = Schema.decodeResult(Schema.fromJsonString(Schema.Struct({ after: Schema.String })))

const conversationsTrack = (userId: UserId): Track<{ readonly after: string }> => ({
  kind: 4,
  scope: `conversations ${userId}`,
  decode: decodePlace
})

const nobodys = problemResponse(403, {
  code: "forbidden",
  detail: "conversations are those of a user, and an API key is nobody's"
})

const unnamed = new BadQuery({ code: "invalid_user_id", field: "userId", detail: "userId is required" })

export const layer = HttpApiBuilder.group(
  Api,
  "conversations",
  Effect.fnUntraced(function* (handlers) {
    const cursors = yield* Cursors
    const rooms = yield* PrivateRooms

    const list = Effect.fnUntraced(function* (params: Params) {
      const viewer = yield* Viewer
      if (viewer.apiKey !== undefined) return nobodys
      const claimed = viewer.userId === undefined ? yield* Effect.fromResult(claimedOf(params)) : undefined
      const userId = readerOf(viewer, claimed)
      if (userId === undefined) return yield* unnamed
      const track = conversationsTrack(userId)
      const limit = yield* Effect.fromResult(limitOf(params))
      const place = yield* Effect.fromResult(placeOf(params, "after", (text) => cursors.read(track, text)))
      const { conversations, next } =
        rooms === undefined ? { conversations: [], next: undefined } : yield* rooms.page(userId, limit, place?.after)
      const shown = conversations.filter(({ roomId }) => viewer.rights.enter(roomId))
      return HttpServerResponse.jsonUnsafe({
        count: shown.length,
        conversations: shown,
        hasMore: next !== undefined,
        after: next === undefined ? null : cursors.write(track, { after: next })
      })
    })

    return handlers.handleRaw("list", ({ query }) =>
      Effect.catchTags(list(query), {
        BadQuery: ({ code, detail, field }) => Effect.succeed(problemResponse(400, { code, detail, field })),
        ProtocolError: ({ code, message, retryAfterMs = 1000 }) =>
          Effect.succeed(problemResponse(503, { code, detail: message, retryAfterMs }))
      })
    )
  })
)
