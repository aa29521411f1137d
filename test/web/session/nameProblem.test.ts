/** Names that people would go by: what the page says of them and what the server does is one rule. */
import { assert, describe, it } from "@effect/vitest"
import { normaliseUsername } from "../../../src/domain/nameRule.ts"
import { usernameProblem } from "../../../src/domain/Username.ts"
import { nameProblem } from "../../../src/web/session/nameProblem.ts"
import { anyText } from "../../domain/texts.ts"
import "../../domain/seed.ts"

const agrees = (name: string) => {
  assert.strictEqual(nameProblem(name) === undefined, usernameProblem(normaliseUsername(name)) === undefined, name)
}

describe("a name", () => {
  it.prop("is fine where the server takes it, and only there", { text: anyText }, ({ text }) => {
    agrees(text)
    agrees(text.slice(0, 12))
  })

  it("is fine or not as the server has it", () => {
    const names = [
      "",
      " ",
      "Ada",
      "  Ada   Lovelace ",
      "a".repeat(50),
      "a".repeat(51),
      "😀".repeat(50),
      "😀".repeat(51)
    ]
    const odd = [
      "admin",
      "Adm1n",
      "аdmin",
      "Ивaн",
      "a\u200bb",
      "a\u202eb",
      "Zoë",
      "z\u0301\u0301\u0301\u0301",
      "mod",
      "田中さん",
      "x".repeat(2000)
    ]
    for (const name of [...names, ...odd]) agrees(name)
  })

  it("is told what is wrong with it in words", () => {
    assert.match(nameProblem("") ?? "", /Choose a name/)
    assert.match(nameProblem("a".repeat(51)) ?? "", /51 characters/)
    assert.match(nameProblem("system") ?? "", /reserved/)
  })
})
