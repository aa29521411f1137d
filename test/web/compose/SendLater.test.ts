import { assert, it } from "@effect/vitest"
import { HubbubError, type Room, type Row } from "../../../src/client/index.ts"
import { sendLaterIn } from "../../../src/web/compose/SendLater.ts"

const refused = (messageId: string, retryAfterMs: number) =>
  ({ messageId, status: "failed", error: new HubbubError("rate_limited", { retryAfterMs }) }) as Row

/** Tells of what was sent again. */
const roomWith = (messages: ReadonlyArray<Row>) => {
  const sent: Array<string> = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const room = {
    getSnapshot: () => ({ messages }),
    subscribe: () => () => undefined,
    retry: async (messageId: string) => {
      sent.push(messageId)
      if (sent.length === messages.length) resolve()
    }
  } as unknown as Room
  return { all: promise, room, sent }
}

it("sends what was refused once all of it may be, in its order, whoever looks", async () => {
  const { all, room, sent } = roomWith([refused("a", 40), refused("b", 10)])
  sendLaterIn(room).toggle()
  assert.isTrue(sendLaterIn(room).getSnapshot())
  assert.isEmpty(sent)
  await all
  assert.deepEqual(sent, ["a", "b"])
  assert.isFalse(sendLaterIn(room).getSnapshot())
})

it("does not bring back to a room who has left it since", async () => {
  const { room, sent } = roomWith([refused("a", 10)])
  const { getSnapshot } = room
  sendLaterIn(room).toggle()
  Object.assign(room, { getSnapshot: () => ({ ...getSnapshot(), status: "idle" }) })
  while (sendLaterIn(room).getSnapshot()) await new Promise((next) => setTimeout(next, 5))
  assert.isEmpty(sent)
})

it("does not send what it was told to leave, and at once what it was told to send", () => {
  const { room, sent } = roomWith([refused("a", 60_000)])
  const later = sendLaterIn(room)
  later.toggle()
  later.toggle()
  assert.isFalse(later.getSnapshot())
  assert.isEmpty(sent)
  later.sendNow()
  assert.deepEqual(sent, ["a"])
})
