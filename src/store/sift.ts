/** Looks at messages one by one for what is sought, on the thread that everybody's messages go through: so never for long in one go. */
import { Effect } from "effect"
import { isFound } from "../domain/searching.ts"

/** Milliseconds for which messages are looked at in one go; most take 10 µs, the worst ten times that. */
const GO_MS = 1

/** Those that have all that is looked for. Between two goes others have their turn. */
export const sift = Effect.fnUntraced(function* <A extends { readonly json: string }>(
  sought: ReadonlyArray<string>,
  messages: Iterable<A>
) {
  const found: Array<A> = []
  let until = performance.now() + GO_MS
  for (const message of messages) {
    if (isFound(sought, message.json)) found.push(message)
    if (performance.now() < until) continue
    yield* Effect.yieldNow
    until = performance.now() + GO_MS
  }
  return found
})
