/** What is read aloud, and when. */
import { assert, it } from "@effect/vitest"
import { FakeClock } from "../../client/FakeClock.ts"
import { createAnnouncer } from "../../../src/web/chat/Announcer.ts"

const announcing = () => {
  const clock = new FakeClock()
  const announcer = createAnnouncer((ms, call) => void clock.after(ms, call))
  const said: Array<string> = []
  announcer.subscribe(() => said.push(announcer.getSnapshot()))
  return { announcer, clock, said }
}

it("reads one message as it is, a moment later", async () => {
  const { announcer, clock, said } = announcing()
  announcer.message("Ada: hello")
  await clock.advance(999)
  assert.deepStrictEqual(said, [])
  await clock.advance(1)
  assert.deepStrictEqual(said, ["Ada: hello"])
})

it("reads several within a moment as their number", async () => {
  const { announcer, clock, said } = announcing()
  for (let count = 0; count < 5; count++) announcer.message(`Ada: ${count}`)
  await clock.advance(1000)
  assert.deepStrictEqual(said, ["5 new messages"])
})

it("gives one thing time before the next", async () => {
  const { announcer, clock, said } = announcing()
  announcer.message("Ada: one")
  await clock.advance(1000)
  announcer.message("Ada: two")
  await clock.advance(2999)
  assert.deepStrictEqual(said, ["Ada: one"])
  await clock.advance(1)
  assert.deepStrictEqual(said, ["Ada: one", "Ada: two"])
})

it("is silent again when all was read, and sets no timers then", async () => {
  const { announcer, clock } = announcing()
  announcer.announce("Link copied")
  await clock.advance(10_000)
  assert.strictEqual(announcer.getSnapshot(), "")
  assert.strictEqual(clock.waiting, 0)
})

it("says what is no message beside the messages, and the same words again", async () => {
  const { announcer, clock, said } = announcing()
  announcer.announce("Bob has invited you")
  announcer.message("Ada: hello")
  await clock.advance(1000)
  assert.deepStrictEqual(said, ["Bob has invited you. Ada: hello"])
  announcer.announce("Again")
  await clock.advance(3000)
  announcer.announce("Again")
  await clock.advance(3000)
  assert.strictEqual(new Set(said).size, 3, "the same words as another text")
})
