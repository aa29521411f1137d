import { assert, describe, it } from "@effect/vitest"
import { webhookEvents } from "../../src/outbound/WebhookEvent.ts"

describe("webhookEvents", () => {
  it("reads a list of types, each once", () => {
    assert.deepStrictEqual(webhookEvents("message"), ["message"])
    assert.deepStrictEqual(webhookEvents("leave, join,leave"), ["leave", "join"])
  })

  it.each(["", "all", "Message", "message,", "message;join", "message join"])("takes nothing of %j", (text) => {
    assert.isUndefined(webhookEvents(text))
  })
})
