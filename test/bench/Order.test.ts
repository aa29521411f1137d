import { assert, describe, it } from "@effect/vitest"
import { Order } from "./Order.ts"

const faults = (order: Order) => ({ lost: order.lost, reordered: order.reordered, duplicated: order.duplicated })

const seeing = (...numbers: ReadonlyArray<number>): Order => {
  const order = new Order(2)
  for (const number of numbers) order.see(0, number)
  return order
}

describe("Order", () => {
  it("starts a lane at the first number it sees and finds nothing wrong with successors", () => {
    assert.deepStrictEqual(faults(seeing(5, 6, 7)), { lost: 0, reordered: 0, duplicated: 0 })
  })

  it("detects loss in the middle", () => {
    assert.deepStrictEqual(faults(seeing(0, 1, 4)), { lost: 2, reordered: 0, duplicated: 0 })
  })

  it("detects loss at the end and in lanes that never saw anything", () => {
    const order = seeing(0, 1)
    order.close(0, 4)
    order.close(1, 4)
    assert.deepStrictEqual(faults(order), { lost: 6, reordered: 0, duplicated: 0 })
  })

  it("detects a duplicate and says that it is none to count", () => {
    const order = seeing(0, 1)
    assert.isFalse(order.see(0, 1))
    assert.isTrue(order.see(0, 2))
    assert.deepStrictEqual(faults(order), { lost: 0, reordered: 0, duplicated: 1 })
  })

  it("tells a message that comes late from a lost and from a repeated one", () => {
    const order = seeing(0, 2, 1, 3)
    assert.deepStrictEqual(faults(order), { lost: 0, reordered: 1, duplicated: 0 })
    assert.isFalse(order.see(0, 1))
    assert.deepStrictEqual(faults(order), { lost: 0, reordered: 1, duplicated: 1 })
  })

  it("keeps lanes apart", () => {
    const order = new Order(2)
    for (const number of [0, 1, 2]) {
      order.see(0, number)
      order.see(1, number + 7)
    }
    assert.deepStrictEqual(faults(order), { lost: 0, reordered: 0, duplicated: 0 })
  })

  it("finds what is lost before the first message of a lane that has a start", () => {
    const order = new Order(2, 0)
    order.see(0, 2)
    order.close(0, 3)
    order.close(1, 4)
    assert.deepStrictEqual(faults(order), { lost: 6, reordered: 0, duplicated: 0 })
  })
})
