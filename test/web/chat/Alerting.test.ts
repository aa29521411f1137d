/** What of a room is worth a notification. */
import { assert, beforeEach, it } from "@effect/vitest"
import { createAlerting } from "../../../src/web/chat/Alerting.ts"
import { stored } from "../../../src/web/Stored.ts"

beforeEach(() => stored.forget("alerting"))

it("is mentions alone in rooms of many, and everything where one is written to", () => {
  const alerting = createAlerting()
  assert.strictEqual(alerting.of("general", "public"), "mentions")
  assert.strictEqual(alerting.of("group:1", "group"), "mentions")
  assert.strictEqual(alerting.of("dm:1", "direct"), "all")
})

it("is what was chosen, also the next time", () => {
  createAlerting().choose("general", "public", "none")
  createAlerting().choose("dm:1", "direct", "mentions")
  const alerting = createAlerting()
  assert.strictEqual(alerting.of("general", "public"), "none")
  assert.strictEqual(alerting.of("dm:1", "direct"), "mentions")
})

it("is each user's own", () => {
  const alerting = createAlerting()
  alerting.open("ann")
  alerting.choose("general", "public", "none")
  alerting.open("bob")
  assert.strictEqual(alerting.of("general", "public"), "mentions")
  alerting.open("ann")
  assert.strictEqual(alerting.of("general", "public"), "none")
})

it("keeps nothing of what is as usual", () => {
  const alerting = createAlerting()
  alerting.choose("general", "public", "all")
  alerting.choose("general", "public", "mentions")
  assert.isUndefined(stored.get("alerting:"))
})

it("goes by what is usual where what was kept makes no sense", () => {
  for (const kept of ["{", "null", '{"general":"loud"}', "[]"]) {
    stored.set("alerting:", kept)
    assert.strictEqual(createAlerting().of("general", "public"), "mentions", kept)
  }
})
