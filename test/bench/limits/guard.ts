/**
 * A server that keeps its users in bounds, all ways at once: tokens, limits that are on and refuse nobody here, a word filter, people who are
 * banned, a room in slow mode, and rooms of members only. And the same rooms where none of it is.
 */
import type { Arrival } from "../Arrival.ts"
import type { Group } from "../Traffic.ts"
import { Founder } from "./Founder.ts"
import { forbiddenWords } from "./forbiddenWords.ts"

const secret = "a secret of the benchmark, as long as it has to be"
const apiKey = "a-key-of-the-benchmark-as-long-as-it-has-to-be"
const words = 200
const bans = 1000
/** Milliseconds of a slow mode that nobody measured waits for. */
const slowSeconds = 30
/** Seconds within which each client shows a new token: tokens of a few minutes would be renewed more rarely. */
const refreshSeconds = 30
const most = "1000000"

export const guardEnv: Readonly<Record<string, string>> = {
  AUTH_SECRET: secret,
  API_KEYS: `bench:${apiKey}`,
  RATE_LIMIT_PER_SEC: most,
  RATE_LIMIT_BURST: most,
  JOIN_LIMIT_PER_SEC: most,
  JOIN_LIMIT_BURST: most,
  NEW_ROOMS_PER_MIN: most,
  GROUP_MEMBERS_MAX: "500",
  WORD_FILTER: forbiddenWords(words).join(",")
}

const order = async (port: number, what: object): Promise<void> => {
  const response = await fetch(`http://127.0.0.1:${port}/api/moderation`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${apiKey}` },
    body: JSON.stringify(what)
  })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`an order was answered ${response.status} ${text.slice(0, 300)}`)
}

/** Users are called as the load's clients are, in the order they come. */
const membersOf = ({ members, rooms }: Group): ReadonlyArray<ReadonlyArray<string>> =>
  Array.from({ length: rooms }, (_, room) =>
    Array.from({ length: members }, (_unused, member) => `ua${room * members + member}`)
  )

export const prepareGuarded = async (port: number, group: Group): Promise<Partial<Arrival>> => {
  for (let user = 0; user < bans; user++) await order(port, { action: "ban", userId: `banned${user}` })
  await order(port, { action: "slow_mode", roomId: "slow", seconds: slowSeconds })
  const founder = await Founder.enter(port, secret)
  const rooms: Array<string> = []
  for (const members of membersOf(group)) rooms.push(await founder.found(members))
  founder.leave()
  return { secret, refreshSeconds, rooms }
}

/** Rooms for everyone, whose names are as long as those of rooms of members only. */
export const prepareOpen = ({ rooms }: Group): Partial<Arrival> => ({
  rooms: Array.from({ length: rooms }, (_, room) => `open:${String(room).padStart(33, "0")}`)
})
