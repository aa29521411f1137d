/** Tokens as issuers make them, and as attackers do. */
import { createHmac } from "node:crypto"
import { SignJWT } from "jose"
import type { CryptoKey, KeyObject } from "jose"

export const SECRET = "a secret of at least thirty-two bytes"

export interface Minting {
  readonly alg?: string
  readonly key?: CryptoKey | KeyObject | Uint8Array
  readonly header?: Readonly<Record<string, unknown>>
}

/** A token with these claims, signed with the secret of the tests unless told otherwise. Times in seconds. */
export const minted = (claims: Readonly<Record<string, unknown>>, { alg = "HS256", header, key }: Minting = {}) =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg, ...header }).sign(key ?? new TextEncoder().encode(SECRET))

/** The present second. */
export const second = () => Math.floor(Date.now() / 1000)

/** A token for `sub` that is valid for an hour, by the clock of this machine. */
export const hourLong = (sub: string, more: Readonly<Record<string, unknown>> = {}) =>
  minted({ sub, iat: second(), exp: second() + 3600, ...more })

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")

/** A token put together by hand, with whatever signature. */
export const forged = (header: unknown, claims: unknown, signature = ""): string =>
  `${part(header)}.${part(claims)}.${signature}`

/** A token put together by hand and signed with the secret of the tests, also where no library would do it. */
export const signedByHand = (header: Readonly<Record<string, unknown>>, claims: unknown): string => {
  const payload = header["b64"] === false ? JSON.stringify(claims) : part(claims)
  const signed = `${part(header)}.${payload}`
  return `${signed}.${createHmac("sha256", SECRET).update(signed).digest("base64url")}`
}
