/** What a token says: who its bearer is, what they may do, and until when. Nothing a client sends beside it can change any of it. */
import { Result, Schema, SchemaIssue } from "effect"
import { anonymous, isHouseId, UserId } from "../domain/UserId.ts"
import { normaliseUsername, USERNAME_MAX } from "../domain/nameRule.ts"
import { Username } from "../domain/Username.ts"
import { Rights, Role } from "./Rights.ts"
import { RoomPattern, RoomPatterns } from "./RoomPatterns.ts"

/** `issuedAt` and `expiresAt` in milliseconds since 1970. */
export interface Claims {
  readonly userId: UserId
  readonly username: Username
  readonly rights: Rights
  /** `jti`, by which this token alone can be revoked. */
  readonly tokenId: string | undefined
  readonly issuedAt: number | undefined
  readonly expiresAt: number
}

const ROOMS_MAX = 256
const TOKEN_ID_MAX = 256
/** The last second of the year 9999: later ones have no date that everyone can read. */
const LAST_SECOND = 253_402_300_799

const Seconds = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: LAST_SECOND }))

const Payload = Schema.Struct({
  sub: UserId.check(
    Schema.makeFilter((id: UserId) => (id === anonymous ? "must name someone; anonymous is nobody" : undefined))
  ),
  name: Schema.optionalKey(Schema.String),
  role: Schema.optionalKey(Role),
  rooms: Schema.optionalKey(Schema.Array(RoomPattern).check(Schema.isMaxLength(ROOMS_MAX))),
  jti: Schema.optionalKey(Schema.NonEmptyString.check(Schema.isMaxLength(TOKEN_ID_MAX))),
  iat: Schema.optionalKey(Seconds),
  exp: Seconds
})

const decodePayload = Schema.decodeUnknownResult(Payload)
const decodeUsername = Schema.decodeUnknownResult(Username)
const standardIssues = SchemaIssue.makeFormatterStandardSchemaV1()

const problemOf = (claim: string, issue: SchemaIssue.Issue): string => {
  const first = standardIssues(issue).issues[0]
  const path = first?.path?.map(String) ?? []
  return `${[claim, ...path].filter((part) => part !== "").join(".")}: ${first?.message ?? "is not valid"}`
}

/** A user's id as a name, cut where it is too long for one. */
const named = (id: string) => Array.from(normaliseUsername(id)).slice(0, USERNAME_MAX).join("")

/** Reads the payload of a token whose signature and times were checked. Fails with which claim is wrong, and why. */
export const decodeClaims = (payload: unknown): Result.Result<Claims, string> =>
  Result.gen(function* () {
    const { exp, iat, jti, name, role, rooms, sub } = yield* Result.mapError(decodePayload(payload), ({ issue }) =>
      problemOf("", issue)
    )
    if (isHouseId(sub)) yield* Result.fail("sub: must not be system, nor begin with bot:")
    const username = yield* Result.mapError(
      decodeUsername(name === undefined ? named(sub) : normaliseUsername(name)),
      ({ issue }) => problemOf("name", issue)
    )
    return {
      userId: sub,
      username,
      rights: new Rights(role ?? "user", rooms === undefined ? RoomPatterns.all : new RoomPatterns(rooms)),
      tokenId: jti,
      issuedAt: iat === undefined ? undefined : iat * 1000,
      expiresAt: exp * 1000
    }
  })
