import { assert, it } from "@effect/vitest"
import { withTimesShown } from "../../../src/web/dashboard/Moment.ts"

it("writes the instants of a text by the clock that is shown", () => {
  const shown = withTimesShown(
    "From is 2026-03-28T23:15:00.000Z; this is kept from 2026-03-29T10:00:00Z on.",
    "Asia/Kolkata"
  )
  assert.notMatch(shown, /\dZ/)
  assert.match(shown, /^From is .*0?4:45.*GMT\+5:30; this is kept from .*0?3:30.*GMT\+5:30 on\.$/)
})
