import { assert, describe, it } from "@effect/vitest"
import { MessageId } from "../../src/domain/MessageId.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import type { ChangeFrame } from "../../src/domain/ServerFrame.ts"
import { UserId } from "../../src/domain/UserId.ts"
import { ChangeList } from "../../src/hub/ChangeList.ts"

const roomId = RoomId.make("lobby")
const messageId = MessageId.make("550e8400-e29b-41d4-a716-446655440000")
const everything = { epoch: 1, seq: 1_000_000 }

const list = () => {
  const changes = new ChangeList(0)
  let version = 0
  const about = (seq: number, user: string) =>
    ({ roomId, messageId, userId: UserId.make(user), version: ++version, epoch: 1, seq }) as const
  const add = (frame: ChangeFrame) =>
    changes.add(frame, frame.type === "purged" ? undefined : { epoch: frame.epoch, seq: frame.seq })
  return {
    react: (seq: number, user: string, emoji = "👍", removed = false) =>
      add({ type: "reaction", ...about(seq, user), emoji, ...(removed ? { removed: true } : {}) }),
    edit: (seq: number, content: string, user = "ann") =>
      add({ type: "edited", ...about(seq, user), content, editedAt: "2026-01-01T00:00:00.000Z" }),
    remove: (seq: number) => add({ type: "deleted", ...about(seq, "ann") }),
    purge: (user: string) => {
      const { messageId: _, ...purged } = about(1000, user)
      return add({ type: "purged", ...purged })
    },
    after: (since: number) =>
      changes.after(since, everything)?.map((json): Record<string, unknown> => JSON.parse(json.toString()))
  }
}

const told = (changes: ReadonlyArray<Record<string, unknown>> | undefined) =>
  changes?.map(({ content = "", emoji = "", removed, seq, type, userId }) =>
    `${String(type)} ${String(seq)} ${String(userId)} ${String(emoji)}${String(content)}${removed === true ? " removed" : ""}`.trim()
  )

describe("the changes of a room", () => {
  it("have the last text of each message, and of each user and emoji the last reaction to it, in order", () => {
    const { after, edit, react } = list()
    react(1, "ann")
    edit(1, "one")
    react(1, "bob")
    react(2, "ann")
    react(1, "ann", "👍", true)
    edit(1, "two")
    react(1, "ann", "🎉")
    assert.deepStrictEqual(told(after(0)), [
      "reaction 1 bob 👍",
      "reaction 2 ann 👍",
      "reaction 1 ann 👍 removed",
      "edited 1 ann two",
      "reaction 1 ann 🎉"
    ])
    assert.deepStrictEqual(told(after(6)), ["reaction 1 ann 🎉"])
  })

  it("have nothing else of a message that is deleted, and no text of a user who is purged", () => {
    const { after, edit, purge, react, remove } = list()
    edit(1, "one")
    react(1, "bob")
    react(11, "bob")
    remove(1)
    edit(2, "two")
    edit(3, "three", "bob")
    purge("ann")
    assert.deepStrictEqual(told(after(0)), [
      "reaction 11 bob 👍",
      "deleted 1 ann",
      "edited 3 bob three",
      "purged 1000 ann"
    ])
  })

  it("are known back to the last 1,024 of them, of which one that is overtaken is none", () => {
    const { after, react } = list()
    for (let i = 0; i < 2000; i++) react(1, "ann", "👍", i % 2 === 1)
    assert.lengthOf(after(0)!, 1)
    for (let i = 0; i < 1024; i++) react(i, "bob")
    assert.isUndefined(after(1999))
    assert.lengthOf(after(2000)!, 1024)
  })

  it("are known back to the last mebibyte of them", () => {
    const { after, edit, react } = list()
    for (let i = 1; i <= 600; i++) edit(i, "é".repeat(1000))
    assert.isUndefined(after(60))
    assert.isAbove(after(130)!.length, 400)
    const bytes = JSON.stringify(after(130)).length
    assert.isBelow(bytes, 1_048_576)
    for (let i = 1; i <= 100; i++) react(i, "bob")
    assert.isDefined(after(600))
  })
})
