import { assert, describe, it } from "@effect/vitest"
import type { Row } from "../../../src/client/index.ts"
import { createListing, type Item, type ListingOptions } from "../../../src/web/room/Listing.ts"
import { dayOf } from "../../../src/web/room/Moment.ts"
import { rowAt, rowsOf, START } from "./Rows.ts"

const options = (changes: Partial<ListingOptions> = {}): ListingOptions => ({
  hasOlder: true,
  selfId: "me",
  newFrom: undefined,
  ...changes
})

/** As it looks: `A` who speaks, `a` who speaks on, `day` and `new`. */
const look = (items: ReadonlyArray<Item>) =>
  items.map((item) => (item.kind === "message" ? (item.head ? "A" : "a") : item.kind)).join(" ")

/** Numbers that look like chance and are the same each time. */
const chance = (seed: number) => () => {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff
  return seed / 0x8000_0000
}

describe("the list of a room", () => {
  it("says who speaks once for what they say within five minutes", () => {
    const rows = [rowAt(1), rowAt(2), rowAt(3, { userId: "bob", username: "Bob" }), rowAt(4), rowAt(8), rowAt(14)]
    assert.strictEqual(look(createListing().update(rows, options())), "A a A A a A")
  })

  it("says again who speaks in an answer, after a program of the same name, and under another name", () => {
    const rows = [
      rowAt(1),
      rowAt(2, { replyTo: "id-1" }),
      rowAt(3, { bot: true }),
      rowAt(4, { bot: true, username: "A" })
    ]
    assert.strictEqual(look(createListing().update(rows, options())), "A A A A")
  })

  it("begins each day with a line, and the first one where the room begins", () => {
    const rows = [rowAt(0), rowAt(24 * 60), rowAt(24 * 60 + 1)]
    assert.strictEqual(look(createListing().update(rows, options())), "A day A a")
    assert.strictEqual(look(createListing().update(rows, options({ hasOlder: false }))), "day A day A a")
  })

  it("leaves what was the first message as it is when older ones come", () => {
    const listing = createListing()
    const before = listing.update(rowsOf(10, 14), options())
    const after = listing.update([...rowsOf(5, 9), ...rowsOf(10, 14)], options())
    assert.strictEqual(look(after), "A a a a a A a a a a")
    assert.deepStrictEqual(after.slice(5), before)
  })

  it("keeps the items of rows that did not change as they are", () => {
    const listing = createListing()
    const rows = rowsOf(1, 50)
    const before = listing.update(rows, options())
    const after = listing.update([...rows, rowAt(51)], options())
    assert.isTrue(before.every((item, index) => item === after[index]))
    assert.strictEqual(
      listing.update(
        after.map((item) => (item.kind === "message" ? item.row : rowAt(0))),
        options()
      ).length,
      51
    )
  })

  it("takes no work for rows that stay where others go before them and come behind them", () => {
    const listing = createListing()
    const rows = rowsOf(1, 50)
    const before = listing.update(rows, options())
    const after = listing.update([...rows.slice(2), rowAt(51), rowAt(52)], options())
    assert.strictEqual(look(after), look(before))
    assert.isTrue(before.slice(3).every((item, index) => item === after[index + 1]))
  })

  it("finds a message by its id for as long as the list has it", () => {
    const listing = createListing()
    const rows = rowsOf(1, 5)
    listing.update(rows, options())
    assert.strictEqual(listing.byId("id-2"), rows[1])
    const edited = rowAt(2, { content: "another" })
    listing.update(rows.with(1, edited), options())
    assert.strictEqual(listing.byId("id-2"), edited)
    listing.update(rows.slice(2), options())
    assert.isUndefined(listing.byId("id-2"))
  })

  it("counts beginnings anew, and only those where nothing stayed", () => {
    const listing = createListing()
    listing.update(rowsOf(1, 5), options())
    listing.update(rowsOf(1, 9), options())
    assert.strictEqual(listing.generation, 0)
    listing.update(rowsOf(100, 105), options())
    assert.strictEqual(listing.generation, 1)
  })
})

describe("the line above what is new", () => {
  const newFrom = { epoch: 1, seq: 3 }

  it("stands above the first message that others said there or behind it", () => {
    const rows = [rowAt(1), rowAt(2), rowAt(3, { userId: "me" }), rowAt(4), rowAt(5)]
    assert.strictEqual(look(createListing().update(rows, options({ newFrom }))), "A a A new A a")
  })

  it("is not there where all that is new is one's own", () => {
    const rows = [rowAt(1), rowAt(2), rowAt(3, { userId: "me" })]
    assert.notInclude(look(createListing().update(rows, options({ newFrom }))), "new")
  })

  it("is not there before the list goes back to it, and is once it does", () => {
    const listing = createListing()
    assert.notInclude(look(listing.update(rowsOf(5, 8), options({ newFrom }))), "new")
    assert.strictEqual(look(listing.update(rowsOf(1, 8), options({ newFrom }))), "A a new A a A a a a")
  })

  it("stays where it is when its message is deleted and more come", () => {
    const listing = createListing()
    const rows = rowsOf(1, 5)
    const before = listing.update(rows, options({ newFrom }))
    const key = before.find(({ kind }) => kind === "new")?.key
    const later = rows.with(2, rowAt(3, { deleted: true, content: "" }))
    const after = listing.update([...later, rowAt(6)], options({ newFrom }))
    assert.strictEqual(after.find(({ kind }) => kind === "new")?.key, key)
    assert.strictEqual(look(after), "A a new A a a a")
  })
})

it("is after any changes what it would have been at once", () => {
  for (let seed = 1; seed <= 25; seed++) {
    const random = chance(seed)
    const listing = createListing()
    const firsts = new Set<string>()
    let first = 5000
    let last = 4999
    let hasOlder = true
    let rows: Array<Row> = []
    let wasFirst: string | undefined
    const make = (seq: number) =>
      rowAt(seq, {
        userId: random() < 0.5 ? "ada" : "bob",
        timestamp: new Date(START + seq * 2 * 60_000).toISOString()
      })
    for (let step = 0; step < 80; step++) {
      const what = random()
      const many = 1 + Math.floor(random() * 6)
      if (what < 0.35) for (let n = 0; n < many; n++) rows = [...rows, make(++last)]
      else if (what < 0.55) for (let n = 0; n < many; n++) rows = [make(--first), ...rows]
      else if (what < 0.75 && rows.length > 0) {
        const at = Math.floor(random() * rows.length)
        rows = rows.map((row, index) => (index === at ? { ...row, content: `step ${step}` } : row))
      } else if (what < 0.85 && rows.length > 20) {
        // as others come at the end, or not
        rows = rows.slice(many)
        first += many
        if (random() < 0.5) rows = [...rows, make(++last)]
      } else if (what < 0.9) hasOlder = !hasOlder
      else rows = [...rows]
      if (wasFirst !== undefined && rows.findIndex(({ key }) => key === wasFirst) > 0) firsts.add(wasFirst)
      wasFirst = rows[0]?.key
      const items = listing.update(rows, options({ hasOlder }))
      const expected = rows.flatMap((row, index) => {
        const before = rows[index - 1]
        const day = before === undefined ? !hasOlder : dayOf(before.timestamp) !== dayOf(row.timestamp)
        // two minutes lie between any two
        const head = before === undefined || day || firsts.has(row.key) || before.userId !== row.userId
        return [...(day ? [`day:${row.key}`] : []), `${row.key} ${row.content} ${head}`]
      })
      const shown = items.map((item) =>
        item.kind === "message" ? `${item.key} ${item.row.content} ${item.head}` : item.key
      )
      assert.strictEqual(shown.join("\n"), expected.join("\n"), `seed ${seed}, step ${step}`)
      assert.isTrue(rows.every((row) => listing.byId(row.messageId) === row))
    }
  }
})
