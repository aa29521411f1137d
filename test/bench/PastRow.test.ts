import { assert, describe, it } from "@effect/vitest"
import type { Browsed } from "./browse.ts"
import { durabilityGoals } from "./durabilityGoals.ts"
import { historyRow, replayRow } from "./PastRow.ts"
import type { Replayed } from "./replay.ts"

const replayed = (listeningSeconds: number, lost = 0): Replayed => ({
  messages: 1000,
  rooms: 10,
  bytes: 500_000,
  appendSeconds: 0.002,
  openSeconds: listeningSeconds / 2,
  openWait: 0,
  listeningSeconds,
  listeningWait: 0,
  resident: null,
  lost
})

const browsed = (p95: number, max: number, missing = 0): Browsed => {
  const walk = { pages: 20, p50: 1, p95, max, cpuPerPage: 10, serverWait: 0, repeated: 0, misplaced: 0, foreign: 0 }
  return {
    messages: 1000,
    rowsPerSecond: p95 * 100,
    putWait: 0,
    walks: [
      { ...walk, limit: 50, direction: "before", missing },
      { ...walk, limit: 50, direction: "after", missing: 0, p95: p95 + 1 }
    ]
  }
}

const metOf = (past: Parameters<typeof durabilityGoals>[1], text: string) =>
  durabilityGoals([], past)
    .filter(({ goal }) => goal.includes(text))
    .map(({ met }) => met)

describe("PastRow", () => {
  it("is nothing without a round", () => {
    assert.isUndefined(replayRow([]))
    assert.isUndefined(historyRow([]))
  })

  it("has the medians of the rounds, and the sum of what was lost", () => {
    const row = replayRow([replayed(9), replayed(2, 3), replayed(4, 1)])
    assert.deepInclude(row, { listeningSeconds: 4, openSeconds: 2, appendMicros: 2, lost: 4 })
    assert.isNaN(row?.resident)
  })

  it("keeps the walks apart, and has the longest page of all rounds", () => {
    const row = historyRow([browsed(3, 40), browsed(5, 20, 2), browsed(4, 30)])
    assert.strictEqual(row?.rowsPerSecond, 400)
    assert.deepInclude(row?.walks[0], { direction: "before", p95: 4, max: 40, faults: 2 })
    assert.deepInclude(row?.walks[1], { direction: "after", p95: 5, max: 40, faults: 0 })
  })
})

describe("the goals of durability", () => {
  it("are met, missed or not measured, each by its own row", () => {
    const past = { replay: replayRow([replayed(5.1)]), history: historyRow([browsed(9.5, 11)]) }
    assert.deepStrictEqual(metOf(past, "listening"), [false])
    assert.deepStrictEqual(metOf(past, "p95 of a page"), [true, false])
    assert.deepStrictEqual(metOf(past, "every kept message"), [true])
    assert.deepStrictEqual(
      metOf(past, "ack"),
      Array.from({ length: 5 }, () => null)
    )
    const nothing = { replay: undefined, history: undefined }
    assert.isTrue(durabilityGoals([], nothing).every(({ met }) => met === null))
  })

  it("count what was kept and not read back", () => {
    const history = historyRow([browsed(1, 2, 1)])
    assert.deepStrictEqual(metOf({ replay: replayRow([replayed(1)]), history }, "every kept message"), [false])
  })
})
