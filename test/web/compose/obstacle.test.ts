import { assert, describe, it } from "@effect/vitest"
import { HubbubError } from "../../../src/client/HubbubError.ts"
import type { Row } from "../../../src/client/Row.ts"
import { heldRows } from "../../../src/web/compose/heldRows.ts"
import { obstacleOf } from "../../../src/web/compose/obstacle.ts"
import { spokeAt } from "../../../src/web/compose/spokeAt.ts"

type Circumstances = Parameters<typeof obstacleOf>[0]

const now = Date.parse("2026-01-01T12:00:00Z")
const open: Circumstances["snapshot"] = {
  status: "joined",
  error: undefined,
  frozen: false,
  muted: undefined,
  slowModeSeconds: 0
}

const obstacle = (change: Partial<Circumstances> & { readonly room?: Partial<typeof open> } = {}) => {
  const { room, ...rest } = change
  return obstacleOf({
    connection: { status: "live" },
    snapshot: { ...open, ...room },
    moderates: false,
    spokeAt: undefined,
    now,
    ...rest
  })
}

describe("what is in the way of writing", () => {
  it("is nothing in an open room on a live connection", () => assert.isUndefined(obstacle()))

  it("is being signed out, before all else", () => {
    const found = obstacle({ connection: { status: "signed-out", code: 4500, reason: "" }, room: { frozen: true } })
    assert.include(found?.text, "signed out")
    assert.isTrue(found?.blocks)
  })

  it("is not being in the room", () => {
    assert.isTrue(obstacle({ room: { status: "refused" } })?.blocks)
    assert.isTrue(obstacle({ room: { status: "removed" } })?.blocks)
    assert.isUndefined(obstacle({ room: { status: "joining" } }))
  })

  it("is of two mutes the one that lasts longer", () => {
    const short = { until: "2026-01-01T12:01:00.000Z" }
    const long = { until: "2026-01-01T13:00:00.000Z" }
    assert.include(obstacle({ room: { muted: short }, muted: long })?.text, "all rooms")
    assert.include(obstacle({ room: { muted: long }, muted: short })?.text, "this room")
    assert.include(obstacle({ room: { muted: {} }, muted: long }), { until: undefined })
    assert.strictEqual(obstacle({ room: { muted: short }, muted: long, now: now + 60_000 })?.until, now + 3_600_000)
  })

  it("is being muted until it is over, with the reason", () => {
    const muted = { until: "2026-01-01T12:01:00.000Z", reason: "links" }
    const found = obstacle({ room: { muted } })
    assert.include(found, { blocks: true, until: now + 60_000, reason: "links" })
    assert.isUndefined(obstacle({ room: { muted }, now: now + 60_000 }))
    assert.include(obstacle({ muted }), { blocks: true, until: now + 60_000, reason: "links" })
    assert.include(obstacle({ room: { muted: { until: undefined, reason: undefined } } }), {
      blocks: true,
      until: undefined
    })
  })

  it("is a frozen room for who does not moderate it, and only told where that is not known", () => {
    assert.isTrue(obstacle({ room: { frozen: true } })?.blocks)
    assert.isFalse(obstacle({ room: { frozen: true }, moderates: undefined })?.blocks)
    assert.isUndefined(obstacle({ room: { frozen: true }, moderates: true }))
  })

  it("is slow mode for as long as it lasts after one spoke", () => {
    const room = { slowModeSeconds: 30 }
    assert.include(obstacle({ room }), { blocks: false, text: "Slow mode: you can write once every 30 seconds." })
    assert.include(obstacle({ room, spokeAt: now - 10_000 }), { blocks: true, until: now + 20_000 })
    assert.include(obstacle({ room, spokeAt: now - 30_000 }), { blocks: false })
    assert.isUndefined(obstacle({ room, spokeAt: now, moderates: true }))
  })

  it("is a lost connection, over which nothing is lost", () => {
    assert.include(obstacle({ connection: { status: "offline" } })?.text, "will be sent when you are back")
    assert.isFalse(obstacle({ connection: { status: "offline" } })?.blocks)
    assert.isUndefined(obstacle({ connection: { status: "reconnecting", attempt: 1, at: now } }))
    assert.isFalse(obstacle({ connection: { status: "reconnecting", attempt: 2, at: now } })?.blocks)
  })

  it("is first what keeps one from writing at all", () =>
    assert.include(obstacle({ connection: { status: "offline" }, room: { frozen: true } })?.text, "frozen"))
})

const row = (messageId: string, change: Partial<Row> = {}): Row => ({
  key: messageId,
  messageId,
  roomId: "general",
  type: "chat",
  userId: "me",
  username: "Me",
  content: messageId,
  timestamp: "2026-01-01T12:00:00.000Z",
  status: "sent",
  ...change
})

describe("messages refused as too soon", () => {
  const error = new HubbubError("rate_limited", { retryAfterMs: 5000 })

  it("are those behind what is kept that waiting helps, until the last of them may go", () => {
    const slow = new HubbubError("slow_mode", { retryAfterMs: 9000 })
    const failed = [row("b", { status: "failed", error }), row("c", { status: "failed", error: slow })]
    const others = [row("d", { status: "failed", error: new HubbubError("rejected") }), row("e", { status: "pending" })]
    assert.deepStrictEqual(heldRows([row("a"), ...failed, ...others], now), { rows: failed, until: now + 9000 })
  })

  it("do not wait longer for being looked at again", () => {
    const rows = [row("b", { status: "failed", error })]
    assert.strictEqual(heldRows(rows, now + 1000)?.until, now + 5000)
  })

  it("are none where nothing failed so", () =>
    assert.isUndefined(heldRows([row("a"), row("b", { status: "pending" })], now)))
})

describe("when one last spoke", () => {
  it("is when the message says at first, and when it was seen after that", () => {
    const first = row("a", { timestamp: new Date(now - 7000).toISOString() })
    assert.strictEqual(spokeAt("general", [first, row("x", { userId: "other" })], "me", now), now - 7000)
    assert.strictEqual(spokeAt("general", [first], "me", now + 5000), now - 7000)
    // the server's clock is behind
    const second = row("b", { timestamp: new Date(now - 180_000).toISOString() })
    assert.strictEqual(spokeAt("general", [first, second], "me", now + 6000), now + 6000)
    assert.strictEqual(spokeAt("general", [first, second], "me", now + 9000), now + 6000)
    // whoever comes in after one, in the same page
    assert.isUndefined(spokeAt("general", [first, second], "next", now + 9000))
  })

  it("is not in the future, whatever the server's clock says", () =>
    assert.strictEqual(
      spokeAt("ahead", [row("a", { timestamp: new Date(now + 99_000).toISOString() })], "me", now),
      now
    ))

  it("is unknown where one has not", () =>
    assert.isUndefined(spokeAt("quiet", [row("a", { userId: "other" })], "me", now)))
})
