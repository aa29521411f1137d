/**
 * The names of rooms of two. A name is made from the pair with a secret, so that both sides come to the same one, and nobody can tell
 * from it who the two are, or guess it.
 */
import { createHmac } from "node:crypto"
import { Context, Layer, Redacted } from "effect"
import { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"

/** Of 4 bits each. */
const DIGITS = 48

/** Two users as one text, whichever is named first. With lengths, so that no other two come to the same text. */
export const pairOf = (a: UserId, b: UserId): string => {
  const [first, second] = a <= b ? [a, b] : [b, a]
  return `${first.length}:${first}${second.length}:${second}`
}

export class PairKey extends Context.Service<
  PairKey,
  {
    /** The room of two users, as it is named where none has a name yet. */
    room(a: UserId, b: UserId): RoomId
  }
>()("hubbub/private/PairKey") {
  /** From a secret that may serve other purposes, too. Rooms that exist keep their names when it changes. */
  static readonly layer = (secret: Redacted.Redacted<Uint8Array>) =>
    Layer.sync(PairKey, () => {
      const key = createHmac("sha256", Redacted.value(secret)).update("names of rooms of two").digest()
      return PairKey.of({
        room: (a, b) => {
          const digest = createHmac("sha256", key).update(pairOf(a, b)).digest("hex")
          return RoomId.make(`dm:${digest.slice(0, DIGITS)}`)
        }
      })
    })
}
