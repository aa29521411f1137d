/** Orders that attackers draw: good ones are taken, and none is about anybody who is not theirs. */
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { Moderation } from "../../src/domain/Moderation.ts"
import { Dismissal } from "../../src/http/admin/AdminApi.ts"
import { Revoking } from "../../src/http/admin/Revoking.ts"
import { Utterance } from "../../src/http/admin/Utterance.ts"
import { orderProblem } from "../../src/moderation/orderProblem.ts"
import { Dice } from "../support/Dice.ts"
import { bentText } from "./bentText.ts"
import { orderOf, orderPaths } from "./orders.ts"

const places = { rooms: ["court"], users: ["victim"] }
const DRAWN = 500

const shapes: Readonly<Record<string, Schema.Codec<unknown, unknown>>> = {
  "/api/admin/rooms/{roomId}/messages": Utterance,
  "/api/admin/users/{userId}/disconnect": Dismissal,
  "/api/admin/revocations": Revoking,
  "/api/moderation": Moderation
}

describe("an order that is drawn", () => {
  it.each(orderPaths)("is one that %s takes", (path) => {
    const shape = shapes[path]
    assert.isDefined(shape)
    const decode = Schema.decodeUnknownSync(shape)
    for (let seed = 0; seed < DRAWN; seed++) decode(orderOf(path, new Dice(seed), places))
  })

  it("is complete where it is of a moderator, whatever the action", () => {
    const decode = Schema.decodeUnknownSync(Moderation)
    const mia = { userId: undefined, name: "mia", via: "http", moderates: () => true } as const
    const actions = new Set<string>()
    for (let seed = 0; seed < DRAWN; seed++) {
      const order = decode(orderOf("/api/moderation", new Dice(seed), places))
      actions.add(order.action)
      assert.isUndefined(orderProblem(order, mia), JSON.stringify(order))
    }
    assert.strictEqual(actions.size, Moderation.fields.action.literals.length)
  })

  it.each(orderPaths)("names nobody and no room of others, also where it is bent: %s", (path) => {
    for (let seed = 0; seed < 10 * DRAWN; seed++) {
      const dice = new Dice(seed)
      const text = bentText(dice, () => orderOf(path, dice, places), 1000)
      assert.notMatch(text, /neighbour|mallory|overlord|lobby|kitchen/, text.slice(0, 200))
    }
  })
})
