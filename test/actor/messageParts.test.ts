import { assert, describe, it } from "@effect/vitest"
import { messageParts } from "../../src/actor/messageParts.ts"
import { family, thumb } from "../domain/texts.ts"

const joined = (messages: ReadonlyArray<string>) =>
  Buffer.concat(messageParts('{"messages":[', messages, "]}")).toString()

describe("messageParts", () => {
  it("is the text around the messages and they themselves, however long", () => {
    for (const length of [1, 300, 40_000]) {
      for (const count of [0, 1, 2, 200]) {
        const messages = Array.from({ length: count }, (_, i) => JSON.stringify({ i, text: thumb.repeat(length / 2) }))
        assert.strictEqual(joined(messages), `{"messages":[${messages.join(",")}]}`)
      }
    }
  })

  it("brings short ones together, and never long ones", () => {
    const short = Array.from({ length: 200 }, (_, i) => JSON.stringify({ i, family }))
    assert.isAtMost(messageParts("", short, "").length, 2)
    const long = Array.from({ length: 200 }, () => JSON.stringify("x".repeat(16_000)))
    assert.isTrue(messageParts("", long, "").every(({ length }) => length < 20_000))
  })
})
