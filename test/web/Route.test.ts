/** What the address of the page says. */
import { assert, describe, it } from "@effect/vitest"
import { roomPath, routeOf } from "../../src/web/Route.ts"

const at = (path: string) => {
  const { hash, pathname, search } = new URL(path, "http://localhost")
  return routeOf({ hash, pathname, search })
}

describe("an address", () => {
  it("names a room, and a message in it, and back", () => {
    for (const roomId of ["global", "dm:a.b", "group:x_1-2"]) {
      assert.deepEqual(at(roomPath(roomId)), { view: "room", roomId, at: undefined })
      const place = { epoch: 1_790_000_000, seq: 42 }
      assert.deepEqual(at(roomPath(roomId, place)), { view: "room", roomId, at: place })
    }
  })

  it("that names no message there is one of the room", () => {
    for (const hash of ["#m=1", "#m=1.x", "#m=-1.2", "#m=1.2.3", "#token=abc", `#m=${"9".repeat(16)}.1`]) {
      assert.deepEqual(at(`/r/global${hash}`), { view: "room", roomId: "global", at: undefined }, hash)
    }
  })

  it("that is broken does not break the page", () => {
    assert.deepEqual(at("/r/%E0%A4%A"), { view: "room", roomId: "%E0%A4%A", at: undefined })
    for (const path of ["/", "/r", "/r/", "/nothing/here"]) assert.deepEqual(at(path), { view: "home" }, path)
  })

  it("of the dashboard keeps its path and its query", () => {
    assert.deepEqual(at("/dashboard/rooms/global?tz=UTC"), {
      view: "dashboard",
      path: "/dashboard/rooms/global",
      query: "?tz=UTC"
    })
    assert.deepEqual(at("/signed-in?code=1"), { view: "signedIn" })
  })
})
