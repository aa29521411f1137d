import { assert, describe, it } from "@effect/vitest"
import { expectAgreement } from "./agree.ts"

const envelope = { definitions: 1, computedAt: "…", tz: "UTC", from: "…", to: "…" }

const difference = (answer: object, recount: object): string => {
  try {
    expectAgreement({ ...envelope, ...answer }, recount, "answer")
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return "none"
}

const series = (metric: string, total: number | null, value: number | null) => ({
  metric,
  total,
  points: [{ start: "a", end: "b", value, partial: false }]
})

describe("expectAgreement", () => {
  it("takes the same figures, and does not look at what an answer is wrapped in", () => {
    const answer = { messages: 3, days: [{ date: "2026-03-29", messages: 3 }], mau: null }
    assert.strictEqual(difference(answer, answer), "none")
    assert.strictEqual(difference({ ...series("messages", 3, 3), unit: "messages" }, series("messages", 3, 3)), "none")
  })

  it("says where the first difference is", () => {
    assert.strictEqual(
      difference({ days: [{ messages: 3 }, { messages: 4 }] }, { days: [{ messages: 3 }, { messages: 5 }] }),
      "answer.days[1].messages: the answer is 4, the recount 5"
    )
    assert.strictEqual(
      difference({ days: [1, 2] }, { days: [1] }),
      "answer.days.length: the answer is 2, the recount 1"
    )
    assert.strictEqual(difference({ mau: 0 }, { mau: null }), "answer.mau: the answer is 0, the recount null")
    assert.include(difference({ mau: null }, { mau: 0 }), "answer.mau")
    assert.include(difference({}, { share: null }), "answer.share")
    assert.include(difference({ more: 1 }, {}), "answer.more")
    assert.include(difference({ username: "A" }, { username: "B" }), "answer.username")
    assert.include(difference({ share: NaN }, { share: 0.5 }), "answer.share")
    assert.include(
      difference({ previous: series("messages", 1, 2) }, { previous: series("messages", 1, 1) }),
      "previous"
    )
  })

  it("lets a quotient differ by its last digits, and a count by nothing", () => {
    assert.strictEqual(difference({ share: 0.1 + 0.2 }, { share: 0.3 }), "none")
    assert.include(difference({ share: 0.3001 }, { share: 0.3 }), "answer.share")
    assert.include(difference({ messages: 1_000_001 }, { messages: 1_000_000 }), "answer.messages")
  })

  it("lets a percentile be 1 % off, but not a maximum or a duration of sessions", () => {
    for (const field of ["p50Ms", "p90Seconds", "responseP50Seconds"]) {
      assert.strictEqual(difference({ [field]: 100.9 }, { [field]: 100 }), "none")
      assert.include(difference({ [field]: 101.1 }, { [field]: 100 }), field)
    }
    for (const field of ["maxMs", "maxSeconds", "durationP50Seconds", "durationP90Seconds", "sessionP50Seconds"]) {
      assert.include(difference({ [field]: 100.9 }, { [field]: 100 }), field)
    }
    assert.strictEqual(difference(series("latencyP99Ms", 100.9, 50.4), series("latencyP99Ms", 100, 50)), "none")
    assert.include(difference(series("latencyP99Ms", 100, 51), series("latencyP99Ms", 100, 50)), "points[0].value")
    assert.include(difference(series("latencyP99Ms", 102, 50), series("latencyP99Ms", 100, 50)), "answer.total")
  })

  it("lets distinct users be an estimate once there are more than 1,024", () => {
    assert.include(difference({ senders: 1023 }, { senders: 1024 }), "answer.senders")
    assert.strictEqual(difference({ senders: 2060 }, { senders: 2000 }), "none")
    assert.include(difference({ senders: 2070 }, { senders: 2000 }), "answer.senders")
    assert.strictEqual(difference(series("visitors", 2060, 10), series("visitors", 2000, 10)), "none")
    assert.include(difference(series("visitors", 2000, 11), series("visitors", 2000, 10)), "points[0].value")
    const counted = { visitors: 4000, communicators: 3000, lurkers: 1100, lurkerRatio: 0.275 }
    const estimated = { visitors: 4050, communicators: 2950, lurkers: 1200, lurkerRatio: 0.296 }
    assert.strictEqual(difference(estimated, counted), "none")
    assert.include(difference({ ...estimated, lurkers: 1400 }, counted), "answer.lurkers")
    assert.include(difference({ ...estimated, lurkerRatio: 0.36 }, counted), "answer.lurkerRatio")
    const few = { visitors: 40, communicators: 30, lurkers: 11, lurkerRatio: 0.275 }
    assert.include(difference({ ...few, lurkers: 10 }, few), "answer.lurkers")
    assert.include(difference({ ...few, lurkerRatio: 0.25 }, few), "answer.lurkerRatio")
  })
})
