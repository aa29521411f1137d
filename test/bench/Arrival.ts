/** How the clients of a load come in: from which addresses, into which rooms, and with which tokens. */
import { createHmac } from "node:crypto"

export interface Arrival {
  /** Addresses of this machine that they come from in turn; 1 is the usual one. */
  readonly addresses: number
  /** Signs a token for each of them (HS256); none in open mode. */
  readonly secret: string | undefined
  /** Seconds within which every one of them has shown a new token. */
  readonly refreshSeconds: number
  /** Names of the rooms of the first group; made up where there are none. */
  readonly rooms: ReadonlyArray<string>
}

export const anyhow: Arrival = { addresses: 1, secret: undefined, refreshSeconds: 0, rooms: [] }

/** Where a client comes from; nothing where it does not matter. Only on Linux does a machine have so many addresses. */
export const addressOf = ({ addresses }: Arrival, user: number): string | undefined =>
  addresses === 1 ? undefined : `127.0.1.${1 + (user % addresses)}`

const tokenSeconds = 3600

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url")

/** A token for a user, good for an hour from now. */
export const tokenOf = (secret: string, userId: string, claims: object = {}): string => {
  const second = Math.floor(Date.now() / 1000)
  const body = { sub: userId, iat: second, exp: second + tokenSeconds, ...claims }
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(body)}`
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`
}
