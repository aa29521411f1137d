/** The headers by which a receiver knows that a call is ours, and new: it computes the same HMAC and refuses old timestamps. */
import { createHmac } from "node:crypto"
import { Redacted } from "effect"

/** Bytes of the shortest secret; RFC 2104 wants as many as the hash has. */
export const SECRET_BYTES = 32

/** Whether a text may be a secret; an empty one is none. */
export const secretText = (text: string): Redacted.Redacted | undefined =>
  text === "" || Buffer.byteLength(text) >= SECRET_BYTES ? Redacted.make(text) : undefined

/**
 * `Hubbub-Id` names what the call is about and stays the same when it is repeated; `Hubbub-Timestamp` is now, in seconds since 1970;
 * `Hubbub-Signature` is `v1=` and the HMAC-SHA256 of `timestamp.body` in hexadecimal. Without a secret there is none.
 */
export const signed = (id: string, body: string, nowMs: number, secret: Redacted.Redacted): Record<string, string> => {
  const timestamp = String(Math.floor(nowMs / 1000))
  const headers = { "Hubbub-Id": id, "Hubbub-Timestamp": timestamp }
  const key = Redacted.value(secret)
  if (key === "") return headers
  const signature = createHmac("sha256", key).update(`${timestamp}.${body}`).digest("hex")
  return { ...headers, "Hubbub-Signature": `v1=${signature}` }
}
