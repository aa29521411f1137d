/**
 * Cursors: places in a listing, as clients are given them to come back with. Sealed, and bound to what they were given out for, so that a
 * client can neither make one up, nor take one from one room to another, nor read in one of what its page did not show. AES-256-GCM (NIST
 * SP 800-38D) under a nonce made from what is sealed, as RFC 8452 makes it: one place is one text.
 */
import { createCipheriv, createDecipheriv, createHmac } from "node:crypto"
import { Context, Layer, Redacted, Result, Schema } from "effect"
import { Position, Seq } from "../domain/Position.ts"
import { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"
import type { UserPosition } from "../store/MessageStore.ts"

/** Why a text is no cursor here: it never was one, it was changed or signed with another key, or it is one of another listing. */
export type CursorFault = "unreadable" | "altered" | "elsewhere"

/** A listing that has cursors. */
export interface Track<P> {
  readonly kind: number
  readonly scope: string
  readonly decode: (json: string) => Result.Result<P, unknown>
}

/** Made once each: with a decoder made for every read, reading a cursor takes five times as long. */
const decodes = <P>(place: Schema.Codec<P, unknown>) => Schema.decodeResult(Schema.fromJsonString(place))

const decodePosition = decodes(Position)

export const roomTrack = (roomId: RoomId): Track<Position> => ({
  kind: 1,
  scope: `room ${roomId}`,
  decode: decodePosition
})

const decodeUserPosition = decodes(Schema.Struct({ at: Schema.Int, roomId: RoomId, epoch: Seq, seq: Seq }))

export const userTrack = (userId: UserId): Track<UserPosition> => ({
  kind: 2,
  scope: `user ${userId}`,
  decode: decodeUserPosition
})

/** A place in the list of rooms; `at` is null for a room in which nothing was said. */
const ListPlace = Schema.Struct({ at: Schema.NullOr(Schema.Int), roomId: RoomId })
export type ListPlace = typeof ListPlace.Type

export const listTrack: Track<ListPlace> = { kind: 3, scope: "rooms", decode: decodes(ListPlace) }

const VERSION = 2
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEAD_BYTES = 1 + NONCE_BYTES
const SCOPE_BYTES = 8
/** Longer than any cursor, so that nothing long is decoded. */
const MAX_LENGTH = 512

export class Cursors extends Context.Service<
  Cursors,
  {
    /** The text of a place. */
    write<P>(track: Track<P>, place: P): string
    /** The place that a text stands for. */
    read<P>(track: Track<P>, text: string): Result.Result<P, CursorFault>
  }
>()("hubbub/http/Cursors") {
  /** Seals with a secret key of 32 bytes. Cursors outlive the process only if the key does. */
  static readonly layer = (key: Redacted.Redacted<Uint8Array>) =>
    Layer.sync(Cursors, () => {
      const secret = Redacted.value(key)
      const derived = (purpose: string) => createHmac("sha256", secret).update(purpose).digest()
      const [sealing, naming] = [derived("cursor sealing"), derived("cursor nonces")]
      const named = (bytes: Uint8Array, length: number) =>
        createHmac("sha256", naming).update(bytes).digest().subarray(0, length)
      // begins with another byte than what is sealed, so that neither can stand for the other
      const scopeOf = (scope: string) => named(Buffer.from(`scope ${scope}`), SCOPE_BYTES)

      /** What was sealed, or nothing where it was not sealed here. */
      const opened = (bytes: Buffer): Buffer | undefined => {
        const decipher = createDecipheriv("aes-256-gcm", sealing, bytes.subarray(1, HEAD_BYTES), {
          authTagLength: TAG_BYTES
        })
        decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
        try {
          return Buffer.concat([decipher.update(bytes.subarray(HEAD_BYTES, -TAG_BYTES)), decipher.final()])
        } catch {
          return undefined
        }
      }

      return Cursors.of({
        write: ({ kind, scope }, place) => {
          const body = Buffer.concat([Buffer.of(kind), scopeOf(scope), Buffer.from(JSON.stringify(place), "utf8")])
          const nonce = named(body, NONCE_BYTES)
          const cipher = createCipheriv("aes-256-gcm", sealing, nonce, { authTagLength: TAG_BYTES })
          const sealed = Buffer.concat([cipher.update(body), cipher.final()])
          return Buffer.concat([Buffer.of(VERSION), nonce, sealed, cipher.getAuthTag()]).toString("base64url")
        },
        read: (track, text) => {
          if (text.length > MAX_LENGTH) return Result.fail("unreadable")
          const bytes = Buffer.from(text, "base64url")
          // what is not in the alphabet is skipped by the decoder
          if (bytes.length <= HEAD_BYTES + 1 + SCOPE_BYTES + TAG_BYTES || bytes.toString("base64url") !== text) {
            return Result.fail("unreadable")
          }
          if (bytes[0] !== VERSION) return Result.fail("unreadable")
          const body = opened(bytes)
          if (body === undefined) return Result.fail("altered")
          const scope = body.subarray(1, 1 + SCOPE_BYTES)
          if (body[0] !== track.kind || !scope.equals(scopeOf(track.scope))) return Result.fail("elsewhere")
          return Result.mapError(track.decode(body.toString("utf8", 1 + SCOPE_BYTES)), () => "unreadable")
        }
      })
    })
}
