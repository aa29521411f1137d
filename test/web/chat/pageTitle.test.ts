/** The page's title. */
import { assert, it } from "@effect/vitest"
import { pageTitle } from "../../../src/web/chat/PageTitle.ts"

it("says how much is unread, where one is, and whose house it is", () => {
  assert.strictEqual(pageTitle(3, "#general", "Hubbub"), "(3) #general – Hubbub")
  assert.strictEqual(pageTitle(0, "#general", "Hubbub"), "#general – Hubbub")
  assert.strictEqual(pageTitle(100, undefined, "Hubbub"), "(99+) Hubbub")
})
