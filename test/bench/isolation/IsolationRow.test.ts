import { assert, describe, it } from "@effect/vitest"
import type { PhaseResult } from "../Phase.ts"
import type { Isolated } from "./isolate.ts"
import { isolationGoals } from "./isolationGoals.ts"
import { isolationReport } from "./isolationReport.ts"
import { isolationRow } from "./IsolationRow.ts"

const window = (p99: number, more: Partial<PhaseResult> = {}): PhaseResult => ({
  seconds: 2,
  messages: 100,
  deliveries: 1000,
  perSecond: 500,
  serverCpu: 1e6,
  serverWait: 0,
  generatorCpu: 2e5,
  generatorWait: 0,
  p50: p99 / 2,
  p95: p99,
  p99,
  max: p99,
  ackP50: 1,
  ackP99: 1,
  offered: 500,
  sendLag: 0,
  memoryPerConnection: null,
  resident: 1,
  pings: 0,
  presence: 0,
  refreshed: 0,
  lost: 0,
  reordered: 0,
  duplicated: 0,
  unacked: 0,
  reacked: 0,
  leaked: 0,
  refused: 0,
  closed: 0,
  ...more
})

const account = { seconds: 4, cpu: 2e6, entered: 8, refused: 40, bytes: 0, frames: 400 }
const mib = 2 ** 20

const round = (pairs: ReadonlyArray<readonly [PhaseResult, PhaseResult]>, after = 100, descriptors = 30): Isolated => ({
  crowd: "a crowd",
  attack: "an attack",
  pairs: pairs.map(([calm, attacked]) => ({ calm, attacked, account })),
  before: { resident: 100 * mib, held: 40 * mib, descriptors: 30 },
  during: { resident: 200 * mib, descriptors: 80 },
  after: { resident: after * mib, held: 41 * mib, descriptors }
})

const rowOf = (...rounds: ReadonlyArray<Isolated>) => {
  const row = isolationRow(rounds)
  if (row === undefined) throw new Error("no row")
  return row
}

const verdicts = (...rounds: ReadonlyArray<Isolated>) => isolationGoals([rowOf(...rounds)]).map(({ met }) => met)

describe("isolationRow", () => {
  it("compares each attacked window with the calm one beside it, over all rounds", () => {
    const row = rowOf(
      round([
        [window(2), window(4)],
        [window(20), window(50)]
      ]),
      round([[window(3), window(12)]])
    )
    assert.strictEqual(row.ratio, 2.5)
    assert.strictEqual(row.calmP99, 3)
    assert.strictEqual(row.attackedP99, 12)
  })

  it("tells rates and shares of what attackers did", () => {
    const { attackersBusy, entered, frames, refused, serverBusy } = rowOf(round([[window(2), window(4)]]))
    assert.deepStrictEqual([attackersBusy, entered, frames, refused, serverBusy], [0.5, 2, 100, 10, 0.5])
  })

  it("shows the round that memory grew most in", () => {
    const { after } = rowOf(round([[window(2), window(4)]], 100), round([[window(2), window(4)]], 150))
    assert.strictEqual(after.resident, 150 * mib)
  })

  it("counts what healthy clients missed, also in calm windows", () => {
    const row = rowOf(round([[window(2, { lost: 3 }), window(4, { unacked: 2, refused: 5, closed: 1 })]]))
    assert.deepStrictEqual([row.faults, row.overloaded, row.closed], [5, 5, 1])
  })

  it("takes nothing received for no good latency, also where that is null", () => {
    const nothing: PhaseResult = JSON.parse(JSON.stringify(window(Number.NaN, { deliveries: 0 })))
    const rounds = round([[window(2), nothing]])
    assert.strictEqual(rowOf(rounds).ratio, Number.POSITIVE_INFINITY)
    assert.strictEqual(verdicts(rounds)[0], false)
    assert.include(isolationReport([rowOf(rounds)]), "nothing arrived")
  })

  it("is none of no rounds", () => {
    assert.strictEqual(isolationRow([]), undefined)
    assert.strictEqual(isolationReport([]), "")
  })
})

describe("isolationGoals", () => {
  it("are met by three times the latency, a tenth of memory, no fault and no descriptor more", () => {
    assert.deepStrictEqual(verdicts(round([[window(2), window(6)]], 109)), [true, true, true, true])
    assert.deepStrictEqual(verdicts(round([[window(2), window(6)]], 91)), [true, true, true, true])
  })

  it("are missed one by one", () => {
    assert.deepStrictEqual(verdicts(round([[window(2), window(6.1)]])), [false, true, true, true])
    assert.deepStrictEqual(verdicts(round([[window(2), window(4)]], 111)), [true, false, true, true])
    assert.deepStrictEqual(verdicts(round([[window(2), window(4, { refused: 1 })]])), [true, true, false, true])
    assert.deepStrictEqual(verdicts(round([[window(2), window(4, { closed: 1 })]])), [true, true, false, true])
    assert.deepStrictEqual(verdicts(round([[window(2), window(4)]], 100, 31)), [true, true, true, false])
  })

  it("are neither met nor missed where nothing was measured", () => {
    assert.deepStrictEqual(
      isolationGoals([]).map(({ met }) => met),
      [null]
    )
  })
})
