/**
 * What the routes for moderators answer: they order, and see what is in force in the rooms that they moderate; admins see who ordered
 * what. Where tokens are off nobody is a moderator but who shows an API key.
 */
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Effect, type Result } from "effect"
import { Moderation as Order } from "../../domain/Moderation.ts"
import { type ProtocolError, refusal } from "../../domain/ProtocolError.ts"
import type { RoomId } from "../../domain/RoomId.ts"
import { Viewer } from "../../identity/Viewer.ts"
import type { AuditEntry } from "../../moderation/Audit.ts"
import type { Listed, ListQuery } from "../../moderation/Listing.ts"
import { Moderation, type Moderator } from "../../moderation/Moderation.ts"
import type { RoomRule } from "../../moderation/RoomRules.ts"
import type { Sanction, SanctionPlace } from "../../moderation/Sanction.ts"
import { jsonBody } from "../admin/jsonBody.ts"
import { answered, invalidBody, Refusal, refusalOf } from "../admin/Refusal.ts"
import { Api } from "../Api.ts"
import { Cursors, type Track } from "../Cursors.ts"
import { type BadQuery, limitOf, type Params, placeOf } from "../PageQuery.ts"
import { auditTrack, bansTrack, mutesTrack, rulesTrack } from "./tracks.ts"

const forbidden = (detail: string) => refusalOf(refusal("forbidden", detail))
const moderatorsOnly = forbidden("this is for the roles moderator and admin, and for API keys")
const adminsOnly = forbidden("the audit log is for the role admin, and for API keys")
const nothing = new Refusal({ status: 501, code: "not_supported", detail: "nobody is moderated here" })

const orderBody = jsonBody(Order)

/** A refused order, over HTTP: the body was not right where the frame would not have been. */
const refused = (error: ProtocolError): Refusal => {
  const { code, field, message } = error
  if (code === "invalid_frame") return invalidBody(message, field)
  if (code === "not_supported") return new Refusal({ status: 501, code, detail: message })
  return refusalOf(error)
}

const given = <A>(read: Result.Result<A, BadQuery>): Effect.Effect<A, Refusal> =>
  Effect.mapError(
    Effect.fromResult(read),
    ({ code, detail, field }) => new Refusal({ status: 400, code, detail, field })
  )

const instant = (ms: number) => new Date(ms).toISOString()

/** A value with its times as they are written. */
const sanctionOf = ({ since, until, ...rest }: Sanction) => ({
  ...rest,
  since: instant(since),
  ...(until === undefined ? {} : { until: instant(until) })
})
const placeOfSanction = ({ roomId, since, userId }: Sanction): SanctionPlace => ({
  since,
  userId,
  ...(roomId === undefined ? {} : { roomId })
})
const entryOf = ({ at, ...rest }: AuditEntry) => ({ at: instant(at), ...rest })

/** Who asks, if they may: by what they may do in which rooms, whatever says so. */
const moderator: Effect.Effect<Moderator, Refusal> = Effect.flatMap(Viewer, ({ apiKey, rights, userId }) => {
  // everybody may do everything where tokens are off, but that is no role
  if (rights.role !== "moderator" && rights.role !== "admin") return Effect.fail(moderatorsOnly)
  return Effect.succeed({
    userId,
    name: userId ?? apiKey ?? rights.role,
    via: "http",
    moderates: (roomId: RoomId | undefined) => (roomId === undefined ? rights.everywhere : rights.enter(roomId))
  })
})

/** Needs Cursors. */
export const layer = HttpApiBuilder.group(
  Api,
  "moderation",
  Effect.fnUntraced(function* (handlers) {
    const moderation = yield* Moderation
    const cursors = yield* Cursors
    const served = moderation === undefined ? Effect.fail(nothing) : Effect.succeed(moderation)

    /** What the query asks for. */
    const asked = Effect.fnUntraced(function* <P>(params: Params, track: Track<P>) {
      const limit = yield* given(limitOf(params))
      const after = yield* given(placeOf(params, "after", (text) => cursors.read(track, text)))
      return { limit, after }
    })

    const page = <P>(name: string, items: ReadonlyArray<unknown>, track: Track<P>, last: P | undefined) =>
      HttpServerResponse.jsonUnsafe({
        count: items.length,
        [name]: items,
        hasMore: last !== undefined,
        after: last === undefined ? null : cursors.write(track, last)
      })

    /** Answers with a list of what is in force, of the rooms that who asks moderates. */
    const listing =
      <P, A extends { readonly roomId?: RoomId }>(
        name: string,
        track: Track<P>,
        list: (moderation: Moderation, query: ListQuery<P, A>) => Listed<A>,
        shown: (item: A) => unknown,
        place: (item: A) => P
      ) =>
      ({ query: params }: { readonly query: Params }) =>
        Effect.gen(function* () {
          const by = yield* moderator
          const query = { ...(yield* asked(params, track)), shown: ({ roomId }: A) => by.moderates(roomId) }
          const { items, more } = list(yield* served, query)
          const last = more ? items.at(-1) : undefined
          return page(name, items.map(shown), track, last === undefined ? undefined : place(last))
        }).pipe(answered)

    return handlers
      .handleRaw("order", ({ request }) =>
        Effect.gen(function* () {
          const by = yield* moderator
          const what = yield* orderBody(request)
          const { deleted, until } = yield* Effect.mapError((yield* served).order(what, by), refused)
          return HttpServerResponse.jsonUnsafe({
            ...what,
            ...(until === undefined ? {} : { until: instant(until) }),
            ...(deleted === undefined ? {} : { deleted })
          })
        }).pipe(answered)
      )
      .handleRaw(
        "bans",
        listing("bans", bansTrack, ({ bans }, query) => bans(query), sanctionOf, placeOfSanction)
      )
      .handleRaw(
        "mutes",
        listing("mutes", mutesTrack, ({ mutes }, query) => mutes(query), sanctionOf, placeOfSanction)
      )
      .handleRaw(
        "rooms",
        listing(
          "rooms",
          rulesTrack,
          ({ rooms }, query) => rooms(query),
          ({ since, ...rest }: RoomRule) => ({ ...rest, since: instant(since) }),
          ({ roomId, since }: RoomRule) => ({ roomId, since })
        )
      )
      .handleRaw("audit", ({ query }) =>
        Effect.gen(function* () {
          const { rights } = yield* Viewer
          if (rights.role !== "admin") return yield* adminsOnly
          const { after, limit } = yield* asked(query, auditTrack)
          const { entries, last, more } = yield* Effect.mapError(
            (yield* served).audit({ before: after, limit }),
            refused
          )
          return page("entries", entries.map(entryOf), auditTrack, more ? last : undefined)
        }).pipe(answered)
      )
  })
)
