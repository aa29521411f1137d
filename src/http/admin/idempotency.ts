/**
 * Requests that are sent again: the same key from the same caller is the same message, also after a restart, since its id follows from
 * the key. Whether a repeat wants something else is known of the last keys of this process; of older ones the room's log tells it by
 * what was said.
 */
import { createHash } from "node:crypto"
import { Clock, Effect } from "effect"
import { MessageId } from "../../domain/MessageId.ts"
import { freshMessageId } from "../../hub/freshMessageId.ts"
import type { Viewer } from "../../identity/Viewer.ts"
import { Refusal } from "./Refusal.ts"

/** Keys that are remembered, and for how many milliseconds. */
const KEYS = 10_000
const LASTING_MS = 86_400_000

const KEY = /^[\x21-\x7e]{1,128}$/
const FIELD = "Idempotency-Key"

const noKey = new Refusal({
  status: 400,
  code: "invalid_header",
  detail: "Idempotency-Key must be 1 to 128 printable characters without spaces",
  field: FIELD
})

const conflict = new Refusal({
  status: 409,
  code: "idempotency_conflict",
  detail: "something else was sent under this Idempotency-Key",
  field: FIELD
})

const digest = (parts: ReadonlyArray<unknown>) => createHash("sha256").update(JSON.stringify(parts)).digest()

/** A UUID of version 8 (RFC 9562 section 5.8) that follows from these. */
const uuidOf = (parts: ReadonlyArray<string>): MessageId => {
  const bytes = digest(parts).subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return MessageId.make(bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"))
}

/** The id of the message that a request is about in a room. */
type Naming = (roomId: string) => MessageId

interface Asked {
  readonly who: Viewer
  /** The header's value; without it, nothing is a repeat of anything. */
  readonly key: string | undefined
  /** What the key is for, as one room. */
  readonly scope: string
  /** All that the request wants, as JSON tells it apart. */
  readonly wants: unknown
}

/** Remembers keys; one for all routes. Fails where a key is none, or was used for something else. */
export const idempotency = () => {
  const seen = new Map<string, { readonly wanted: string; readonly until: number }>()
  return Effect.fnUntraced(function* ({ key, scope, wants, who }: Asked) {
    if (key === undefined) return freshMessageId satisfies Naming
    if (!KEY.test(key)) return yield* noKey
    const caller = who.apiKey === undefined ? `user ${who.userId ?? ""}` : `key ${who.apiKey}`
    const now = yield* Clock.currentTimeMillis
    const place = digest([caller, scope, key]).toString("base64")
    const wanted = digest([wants]).toString("base64")
    const before = seen.get(place)
    if (before !== undefined && before.until > now && before.wanted !== wanted) return yield* conflict
    // the one that was used last is forgotten last
    seen.delete(place)
    seen.set(place, { wanted, until: now + LASTING_MS })
    for (const oldest of seen.keys()) {
      if (seen.size <= KEYS) break
      seen.delete(oldest)
    }
    return ((roomId) => uuidOf([caller, scope, roomId, key])) satisfies Naming
  })
}
