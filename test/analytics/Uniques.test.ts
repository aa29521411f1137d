import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Schema } from "effect"
import { hashOf, STANDARD_ERROR, Uniques } from "../../src/analytics/Uniques.ts"
import { anyText } from "../domain/texts.ts"
import "../domain/seed.ts"

/** Small enough that random groups fall on both sides of it, which a test below makes sure of. */
const EXACT_MAX = 6

const Users = Arbitrary.array(Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 60 }))), {
  maxLength: 40
})

const of = (users: Iterable<number>, exactMax = EXACT_MAX) => {
  const uniques = new Uniques(exactMax)
  for (const user of users) uniques.add(hashOf(`user-${user}`))
  return uniques
}

const merged = (...parts: ReadonlyArray<Uniques>) => {
  const all = new Uniques(EXACT_MAX)
  for (const part of parts) all.merge(part)
  return all
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)

describe("hashOf", () => {
  it.prop("is an integer of 53 bits, whatever the id", { text: anyText }, ({ text }) => {
    const hash = hashOf(text)
    assert.isTrue(Number.isInteger(hash) && hash >= 0 && hash < 2 ** 53)
  })

  // stored sketches are worth nothing to a version that hashes otherwise
  it.each([
    ["", 8055667990258312],
    ["a", 5753037433129489],
    ["alice", 3910831686281437],
    ["Ålice👍", 5048934088448681]
  ])("of %j never changes", (id, hash) => assert.strictEqual(hashOf(id), hash))

  it("has no two of 200,000 like ids meet", () => {
    const ids = upTo(100_000)
    assert.strictEqual(new Set([...ids.map((i) => hashOf(`u${i}`)), ...ids.map((i) => hashOf(`${i}u`))]).size, 200_000)
  })

  it("turns over about half of its bits, wherever an id changes", () => {
    for (let bit = 0; bit < 7; bit++) {
      for (let at = 0; at < 8; at++) {
        let flipped = 0
        for (let i = 0; i < 200; i++) {
          const units = Array.from(`abc${10_000 + i}`, (c) => c.charCodeAt(0))
          const before = hashOf(String.fromCharCode(...units))
          units[at]! ^= 1 << bit
          let differing = BigInt(before) ^ BigInt(hashOf(String.fromCharCode(...units)))
          for (; differing > 0n; differing >>= 1n) flipped += Number(differing & 1n)
        }
        assert.closeTo(flipped / (200 * 53), 0.5, 0.03)
      }
    }
  })
})

describe("Uniques", () => {
  it("is zero and exact when nothing was added", () => {
    assert.strictEqual(new Uniques().count(), 0)
    assert.isTrue(new Uniques().exact)
    assert.strictEqual(new Uniques().encode(), "[]")
  })

  it.prop("counts exactly while there are few", { users: Users }, ({ users }) => {
    const truth = new Set(users).size
    const uniques = of(users)
    assert.strictEqual(uniques.exact, truth <= EXACT_MAX)
    if (uniques.exact) assert.strictEqual(uniques.count(), truth)
    // so few share a register only by chance
    assert.closeTo(uniques.count(), truth, 1)
  })

  it.effect("is tried on both sides of what is exact", () =>
    Effect.gen(function* () {
      const groups = yield* Arbitrary.sampleEffect(Users, { count: 100, seed: "hubbub" })
      const sketches = groups.filter((users) => !of(users).exact).length
      assert.isTrue(sketches > 20 && sketches < 80, `${sketches} of 100`)
    })
  )

  it("is exact to 1,024 and a sketch from there", () => {
    const uniques = new Uniques()
    for (const user of upTo(1024)) uniques.add(hashOf(`user-${user}`))
    assert.deepStrictEqual([uniques.exact, uniques.count()], [true, 1024])
    uniques.add(hashOf("user-0"))
    assert.isTrue(uniques.exact)
    uniques.add(hashOf("user-1024"))
    assert.isFalse(uniques.exact)
    assert.closeTo(uniques.count(), 1025, 1025 * 4 * STANDARD_ERROR)
  })

  it.each([1025, 3000, 20_000, 40_000, 100_000, 1_000_000])(
    "estimates %i users within four standard errors",
    (users) => {
      const uniques = of(upTo(users))
      assert.closeTo(uniques.count() / users, 1, 4 * STANDARD_ERROR)
    }
  )

  it.each([2000, 30_000])("has the error that it states, and no bias, at %i users", (users) => {
    const runs = 60
    let sum = 0
    let squares = 0
    for (let run = 0; run < runs; run++) {
      const uniques = new Uniques(0)
      for (let i = 0; i < users; i++) uniques.add(hashOf(`${run}/${i}`))
      const error = uniques.count() / users - 1
      sum += error
      squares += error * error
    }
    assert.closeTo(sum / runs, 0, (4 * STANDARD_ERROR) / Math.sqrt(runs))
    assert.isBelow(Math.sqrt(squares / runs), 1.3 * STANDARD_ERROR)
  })

  it("states a standard error of 0.81 %", () => assert.closeTo(STANDARD_ERROR, 0.0081, 0.00005))

  it.prop(
    "merged is the same as added together, in any order and grouping",
    { a: Users, b: Users, c: Users },
    (sets) => {
      const { a, b, c } = sets
      const together = of([...a, ...b, ...c])
      for (const merging of [
        merged(of(a), of(b), of(c)),
        merged(of(c), of(b), of(a)),
        merged(of(a), merged(of(b), of(c))),
        merged(merged(of(b), of(a)), of(c))
      ]) {
        assert.strictEqual(merging.encode(), together.encode())
        assert.strictEqual(merging.count(), together.count())
      }
    }
  )

  it.prop("merged twice, or with itself, is what it was", { a: Users, b: Users }, ({ a, b }) => {
    const once = merged(of(a), of(b))
    assert.strictEqual(merged(of(a), of(b), of(b), of(a)).encode(), once.encode())
    const itself = of(a)
    itself.merge(itself)
    assert.strictEqual(itself.encode(), of(a).encode())
  })

  it.prop("leaves what is merged into another as it was", { a: Users, b: Users }, ({ a, b }) => {
    const [into, from] = [of(a), of(b)]
    into.merge(from)
    into.add(hashOf("another"))
    assert.strictEqual(from.encode(), of(b).encode())
  })

  it.prop(
    "stores a set as a sorted array while exact, and reads back what it stored",
    { users: Users },
    ({ users }) => {
      const uniques = of(users)
      const text = uniques.encode()
      if (uniques.exact) {
        const hashes = [...new Set(users)].map((user) => hashOf(`user-${user}`)).sort((a, b) => a - b)
        assert.deepStrictEqual(JSON.parse(text), hashes)
      } else assert.match(text, /^"[A-Za-z0-9+/]{16384}"$/)
      const read = Uniques.decode(text, EXACT_MAX)
      assert.deepStrictEqual([read.encode(), read.exact, read.count()], [text, uniques.exact, uniques.count()])
      read.merge(of([1000]))
      assert.strictEqual(read.encode(), of([...users, 1000]).encode())
    }
  )

  it("stores the registers of a sketch at six bits each, as base64", () => {
    const uniques = new Uniques(0)
    uniques.add(0)
    uniques.add(2 ** 53 - 1)
    const text: unknown = JSON.parse(uniques.encode())
    const bytes = Buffer.from(String(text), "base64")
    assert.strictEqual(bytes.length, (16_384 * 6) / 8)
    // all of 39 bits are zeros in the first, none in the last
    assert.deepStrictEqual([bytes[0]! >> 2, bytes[bytes.length - 1]! & 63], [40, 1])
  })

  it.each([
    [2 ** 38, 1],
    [2 ** 7, 32],
    [2 ** 7 - 1, 33],
    [2, 38],
    [1, 39],
    [0, 40]
  ])("ranks a rest of %i by its leading zeros", (rest, rank) => {
    const uniques = new Uniques(0)
    uniques.add(5 * 2 ** 39 + rest)
    const bytes = Buffer.from(uniques.encode().slice(1 + 4, 1 + 8), "base64")
    assert.strictEqual(((bytes[0]! & 3) << 4) | (bytes[1]! >> 4), rank)
  })

  it("becomes a sketch when what is read exceeds what may be exact", () => {
    const read = Uniques.decode(of(upTo(30)).encode(), 10)
    assert.isFalse(read.exact)
    assert.strictEqual(read.encode(), of(upTo(30), 10).encode())
  })

  it.prop("grows apart from its clone", { users: Users }, ({ users }) => {
    const uniques = of(users)
    const copy = uniques.clone()
    assert.strictEqual(copy.encode(), uniques.encode())
    copy.merge(of([1000, 1001]))
    assert.strictEqual(uniques.encode(), of(users).encode())
    assert.strictEqual(copy.encode(), of([...users, 1000, 1001]).encode())
  })

  it.each([
    "",
    "{}",
    "null",
    "[0.5]",
    "[-1]",
    "[9007199254740992]",
    '["1"]',
    '"AAAA"',
    `"${"A".repeat(16_383)}="`,
    `"${"A".repeat(16_383)}é"`,
    // rank 41, which 53 bits cannot have
    `"${"A".repeat(16_383)}p"`
  ])("refuses to read what it did not store: %.40s", (text) => {
    assert.throws(() => Uniques.decode(text))
  })
})
