/** Looking for words in what was said in a room. A module of its own, for who has a place to show what was found. */
import type { Client } from "./Client.ts"
import type { Frame } from "./Frame.ts"
import type { Position } from "./Position.ts"
import type { Waiting } from "./Waiters.ts"

/** At most `limit` messages, 1 to 200. */
export interface SearchQuery extends Waiting {
  readonly before?: Position | undefined
  readonly limit?: number | undefined
}

/**
 * Messages of a room with words that begin like those of `text`, newest first; `before` as the last answer had it goes on. Rejected as what
 * the client is asked is.
 */
export const search = (
  client: Client,
  roomId: string,
  text: string,
  { signal, timeoutMs, ...query }: SearchQuery = {}
): Promise<Frame<"found">> => client.ask({ type: "search", roomId, text, ...query }, "found", { signal, timeoutMs })
