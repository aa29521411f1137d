/** What people are called. */
import { assert, it } from "@effect/vitest"
import { createNames } from "../../../src/web/chat/Names.ts"

const member = (userId: string, username = userId.toUpperCase()) => ({ userId, username })

it("has whoever spoke last first, under their newest name", () => {
  const names = createNames()
  names.spoke([member("ann"), member("bob")])
  names.spoke([member("ann", "Annie")])
  assert.deepStrictEqual(names.people.getSnapshot(), [member("ann", "Annie"), member("bob")])
  assert.strictEqual(names.of("ann"), "Annie")
  assert.isUndefined(names.of("cid"))
})

it("has those who are only there behind those who spoke", () => {
  const names = createNames()
  names.spoke([member("ann")])
  names.present([member("bob"), member("ann", "Annie")])
  assert.deepStrictEqual(names.people.getSnapshot(), [member("ann", "Annie"), member("bob")])
})

it("tells nobody where nothing is new", () => {
  const names = createNames()
  names.present([member("ann")])
  let told = 0
  names.people.subscribe(() => told++)
  names.present([member("ann")])
  names.spoke([])
  assert.strictEqual(told, 0)
})

it("forgets those it has not seen for the longest", () => {
  const names = createNames()
  names.spoke(Array.from({ length: 2001 }, (_, index) => member(`user-${index}`)))
  assert.strictEqual(names.people.getSnapshot().length, 2000)
  assert.isUndefined(names.of("user-0"))
  assert.strictEqual(names.of("user-2000"), "USER-2000")
})
