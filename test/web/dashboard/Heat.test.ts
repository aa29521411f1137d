import { assert, it } from "@effect/vitest"
import { heatCells, levelOf } from "../../../src/web/dashboard/Heat.ts"

const week = (of: (weekday: number, hour: number) => number) =>
  Array.from({ length: 7 }, (_, weekday) => Array.from({ length: 24 }, (_, hour) => of(weekday, hour)))

it("keeps weekdays and hours where they are", () => {
  const cells = heatCells(
    week((weekday, hour) => weekday * 100 + hour),
    week(() => 4)
  )
  assert.strictEqual(cells.length, 7)
  for (const [weekday, row] of cells.entries()) {
    for (const [hour, cell] of row.entries()) {
      assert.deepStrictEqual(
        [cell.weekday, cell.hour, cell.messages, cell.hours],
        [weekday, hour, weekday * 100 + hour, 4]
      )
    }
  }
})

it("counts an hour that comes twice as two, and one that was skipped as none", () => {
  const hours = week((weekday, hour) => (weekday === 6 && hour === 2 ? 2 : weekday === 5 && hour === 2 ? 0 : 1))
  const cells = heatCells(
    week(() => 0),
    hours
  )
  assert.strictEqual(cells[6]?.[2]?.hours, 2)
  assert.strictEqual(cells[5]?.[2]?.hours, 0)
})

it("colours nothing least and the largest most", () => {
  assert.deepStrictEqual(
    [0, 1, 20, 21, 80, 81, 100].map((value) => levelOf(value, 100)),
    [0, 1, 1, 2, 4, 5, 5]
  )
  assert.strictEqual(levelOf(0, 0), 0)
})
