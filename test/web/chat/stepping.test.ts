/** Going from room to room by the keyboard. */
import { assert, it } from "@effect/vitest"
import type { ListedRoom } from "../../../src/web/chat/ChatContext.ts"
import { stepping } from "../../../src/web/chat/stepping.ts"

const room = (roomId: string, unread = 0, muted = false): ListedRoom => ({
  roomId,
  kind: "public",
  name: roomId,
  peerId: undefined,
  unread,
  mentions: 0,
  muted
})

const rooms = [room("a"), room("b", 2), room("c"), room("d", 1, true), room("e", 1)]

it("goes to the room above or below, round about", () => {
  assert.strictEqual(stepping(rooms, "a", { by: 1, unread: false }), "b")
  assert.strictEqual(stepping(rooms, "a", { by: -1, unread: false }), "e")
  assert.strictEqual(stepping(rooms, "e", { by: 1, unread: false }), "a")
})

it("goes to unread rooms that are not muted", () => {
  assert.strictEqual(stepping(rooms, "b", { by: 1, unread: true }), "e")
  assert.strictEqual(stepping(rooms, "e", { by: 1, unread: true }), "b")
  assert.strictEqual(stepping(rooms, "a", { by: -1, unread: true }), "e")
})

it("goes nowhere where there is no other room to go to", () => {
  assert.isUndefined(stepping([], "a", { by: 1, unread: false }))
  assert.isUndefined(stepping([room("a", 3)], "a", { by: 1, unread: false }))
  assert.isUndefined(stepping([room("a"), room("b")], "a", { by: -1, unread: true }))
})

it("begins at either end where the present room is not in the list", () => {
  assert.strictEqual(stepping(rooms, "elsewhere", { by: 1, unread: false }), "a")
  assert.strictEqual(stepping(rooms, "elsewhere", { by: -1, unread: false }), "e")
})
