import { assert, describe, it } from "@effect/vitest"
import { closeReasons } from "../../src/domain/CloseReason.ts"
import { ErrorCode } from "../../src/domain/ProtocolError.ts"
import { ChatCounters } from "../../src/observability/ChatCounters.ts"
import { prometheusText } from "../../src/observability/prometheusText.ts"
import { parsePrometheus, valueIn } from "./parsePrometheus.ts"

const person = { userId: "alice", username: "Alice" }
const said = (type: "chat" | "system") =>
  ({ _tag: "message", roomId: "lobby", ...person, type, bot: false, content: "x", reply: false, expected: 3 }) as const
const read = (counters: ChatCounters) => parsePrometheus(prometheusText(counters.families()))
const seriesOf = (counters: ChatCounters) => read(counters).flatMap(({ samples }) => samples)

describe("ChatCounters", () => {
  it("counts connections, and how they ended", () => {
    const counters = new ChatCounters()
    for (const connectionId of ["a", "b", "c", "d"]) counters.note({ _tag: "connected", connectionId, ...person })
    for (const [connectionId, code] of [
      ["a", 1000],
      ["b", 4001],
      ["c", 4999]
    ] as const) {
      counters.note({ _tag: "disconnected", connectionId, code })
    }
    const families = read(counters)
    assert.strictEqual(valueIn(families, "chat_connections"), 1)
    assert.strictEqual(valueIn(families, "chat_connections_opened_total"), 4)
    assert.strictEqual(valueIn(families, "chat_disconnects_total", { code: "1000" }), 1)
    assert.strictEqual(valueIn(families, "chat_disconnects_total", { code: "4001" }), 1)
    assert.strictEqual(valueIn(families, "chat_disconnects_total", { code: "other" }), 1)
    assert.strictEqual(valueIn(families, "chat_slow_consumers_closed_total"), 1)
  })

  it("counts messages by what became of them", () => {
    const counters = new ChatCounters()
    counters.note(said("chat"))
    counters.note(said("chat"))
    counters.note(said("system"))
    counters.note({ _tag: "delivered", count: 30 })
    counters.note({ _tag: "delivered", count: 12 })
    counters.note({ _tag: "duplicate" })
    counters.note({ _tag: "rejected", reason: "rate_limited" })
    counters.note({ _tag: "rejected", reason: "never heard of" })
    counters.note({ _tag: "resumed", recovered: true, replayed: 4 })
    counters.note({ _tag: "resumed", recovered: false, replayed: 0 })
    counters.note({ _tag: "ephemeralShed", count: 7 })
    const families = read(counters)
    assert.strictEqual(valueIn(families, "chat_messages_accepted_total", { type: "chat" }), 2)
    assert.strictEqual(valueIn(families, "chat_messages_accepted_total", { type: "system" }), 1)
    assert.strictEqual(valueIn(families, "chat_messages_delivered_total"), 42)
    assert.strictEqual(valueIn(families, "chat_duplicates_total"), 1)
    assert.strictEqual(valueIn(families, "chat_messages_rejected_total", { reason: "rate_limited" }), 1)
    assert.strictEqual(valueIn(families, "chat_messages_rejected_total", { reason: "other" }), 1)
    assert.strictEqual(valueIn(families, "chat_resumes_total", { recovered: "true" }), 1)
    assert.strictEqual(valueIn(families, "chat_resumes_total", { recovered: "false" }), 1)
    assert.strictEqual(valueIn(families, "chat_ephemeral_shed_total"), 7)
  })

  it("takes milliseconds and tells seconds", () => {
    const counters = new ChatCounters()
    counters.note({ _tag: "fannedOut", ms: 3 })
    counters.note({ _tag: "durable", ms: 0.4 })
    counters.note({ _tag: "durable", ms: 20_000 })
    const families = read(counters)
    assert.strictEqual(valueIn(families, "chat_delivery_seconds_bucket", { le: "0.0025" }), 0)
    assert.strictEqual(valueIn(families, "chat_delivery_seconds_bucket", { le: "0.005" }), 1)
    assert.strictEqual(valueIn(families, "chat_delivery_seconds_sum"), 0.003)
    assert.strictEqual(valueIn(families, "chat_publish_duration_seconds_bucket", { le: "0.0005" }), 1)
    assert.strictEqual(valueIn(families, "chat_publish_duration_seconds_bucket", { le: "10" }), 1)
    assert.strictEqual(valueIn(families, "chat_publish_duration_seconds_count"), 2)
  })

  it("has a series for everything known from the start, and never another one", () => {
    const counters = new ChatCounters()
    const before = seriesOf(counters)
    assert.isTrue(before.every(({ value }) => value === 0))
    for (let code = 1000; code < 5000; code++) {
      counters.note({ _tag: "connected", connectionId: `c${code}`, ...person, userId: `user ${code}` })
      counters.note({ _tag: "disconnected", connectionId: `c${code}`, code })
      counters.note({ _tag: "rejected", reason: `because ${code}` })
    }
    const name = ({ labels, name }: (typeof before)[number]) => ({ labels, name })
    assert.deepEqual(seriesOf(counters).map(name), before.map(name))
    const families = read(counters)
    for (const { code } of Object.values(closeReasons)) {
      assert.strictEqual(valueIn(families, "chat_disconnects_total", { code: String(code) }), 1)
    }
    for (const reason of ErrorCode.literals) valueIn(families, "chat_messages_rejected_total", { reason })
    assert.strictEqual(valueIn(families, "chat_messages_rejected_total", { reason: "other" }), 4000)
  })
})
