/** Finding rooms and people by what was typed. */
import { assert, describe, it } from "@effect/vitest"
import { matching } from "../../../src/web/chat/matching.ts"
import { ranked } from "../../../src/web/chat/ranked.ts"
import { isRoomName, roomNameOf } from "../../../src/web/chat/roomName.ts"

describe("what was typed", () => {
  it("goes best with a name that begins so, then with one that has a word that does", () => {
    assert.deepStrictEqual(
      ["garden", "rose-garden", "bygarden", "g.a.r.d", "rose"].map((name) => matching("gard", name)),
      [0, 1, 2, 3, undefined]
    )
  })

  it("is found whatever its case, accents and white space around", () => {
    assert.strictEqual(matching(" zoe ", "Zoë"), 0)
    assert.strictEqual(matching("ÉLODIE", "elodie martin"), 0)
    assert.strictEqual(matching("", "anything"), 0)
  })

  it("goes with nothing that lacks one of its letters, or has them in another order", () => {
    assert.isUndefined(matching("rg", "garden"))
    assert.strictEqual(matching("gn", "garden"), 3)
  })

  it("puts the best first and leaves the others in their order", () => {
    const found = ranked("a", ["bart", "ada", "carla", "ann"], (name) => [name])
    assert.deepStrictEqual(found, ["ada", "ann", "bart", "carla"])
  })
})

describe("the name of a room", () => {
  it("is what is meant by what was typed", () => {
    assert.strictEqual(roomNameOf("  #Rose Garden "), "rose-garden")
    assert.strictEqual(roomNameOf("##x"), "x")
  })

  it("is one that everybody may go into", () => {
    assert.isTrue(isRoomName("a"))
    assert.isTrue(isRoomName(`a${"-".repeat(63)}`))
    for (const name of ["", "-a", "Ä", "a b", "a/b", `a${"b".repeat(64)}`, "dm:x", "group:x", "analytics"]) {
      assert.isFalse(isRoomName(name), name)
    }
  })
})
