/** One connection after the other: when a client comes back, how soon, and when it does not. */
import { assert, describe, it } from "@effect/vitest"
import { type ConnectionState, HubbubError } from "../../src/client/index.ts"
import { waitBefore } from "../../src/client/Backoff.ts"
import { lettersOf } from "../../src/client/Letters.ts"
import { Dice } from "../support/Dice.ts"
import { joined, type Site, site } from "./Site.ts"

const states = ({ client }: Site) => {
  const seen: Array<ConnectionState["status"]> = []
  client.on("state", ({ status }) => seen.push(status))
  return seen
}

const status = ({ client }: Site) => client.getSnapshot().connection.status

const codeOf = async (promise: Promise<unknown>) => {
  try {
    await promise
    return "resolved"
  } catch (error) {
    return error instanceof HubbubError ? error.code : String(error)
  }
}

describe("connecting", () => {
  it("is done with the welcome, and says who one is", async () => {
    const place = site()
    const seen = states(place)
    const connected = place.client.connect()
    await place.clock.advance(10)
    await connected
    assert.deepEqual(seen, ["connecting", "live"])
    assert.strictEqual(place.client.getSnapshot().welcome?.userId, "ann")
    assert.strictEqual(place.server.line.url, "ws://chat.test/ws?userId=ann&username=Ann")
    assert.deepEqual(place.server.line.protocols, ["hubbub.v1"])
  })

  it("goes on trying where no welcome comes in time", async () => {
    const place = site()
    place.server.troubles = { ...place.server.troubles, latency: () => 1e9 }
    void place.client.connect()
    await place.clock.advance(15_000)
    assert.deepInclude(place.client.getSnapshot().connection, { status: "reconnecting", attempt: 1 })
  })

  it("can be given up waiting for, by time and by signal", async () => {
    const place = site()
    place.server.up = false
    const stop = new AbortController()
    const [late, aborted] = [place.client.connect({ timeoutMs: 500 }), place.client.connect({ signal: stop.signal })]
    stop.abort(new Error("enough"))
    await place.clock.advance(600)
    assert.strictEqual(await codeOf(late), "timeout")
    assert.strictEqual(await codeOf(aborted), "Error: enough")
    assert.strictEqual(status(place), "reconnecting")
  })

  it("refuses addresses that cannot be one", () => {
    assert.throws(() => site({ url: "ftp://chat.test" }), TypeError)
    assert.throws(() => site({ url: "nowhere" }), TypeError)
  })

  it("understands http and what is relative to the page", async () => {
    for (const url of ["https://chat.test", "/ws"]) {
      const place = site({ url, page: { location: { href: "https://chat.test/rooms/1" } } })
      void place.client.connect()
      await place.clock.advance(10)
      assert.strictEqual(
        new URL(place.server.line.url).origin + new URL(place.server.line.url).pathname,
        "wss://chat.test/ws"
      )
    }
  })
})

describe("after a close", () => {
  for (const code of [1001, 1005, 1006, 1011, 1012, 1013, 4000, 4001, 4002, 4003, 4499]) {
    it(`of ${code} comes back`, async () => {
      const place = await joined()
      place.server.restart(code)
      await place.clock.advance(10)
      assert.deepInclude(place.client.getSnapshot().connection, { status: "reconnecting", attempt: 1 })
      await place.clock.advance(1100)
      assert.strictEqual(status(place), "live")
    })
  }

  for (const code of [1000, 1002, 1003, 1007, 1008, 1009, 4500, 4501, 4502, 4503, 4999]) {
    it(`of ${code} is signed out, until it is told to connect again`, async () => {
      const place = await joined({}, "lobby")
      const waiting = place.client.room("lobby").history()
      place.server.restart(code)
      await place.clock.advance(120_000)
      assert.deepEqual(place.client.getSnapshot().connection, { status: "signed-out", code, reason: "" })
      assert.lengthOf(place.server.lines, 1)
      assert.strictEqual(await codeOf(waiting), "signed_out")
      void place.client.connect()
      await place.clock.advance(100)
      assert.strictEqual(status(place), "live")
      assert.strictEqual(place.client.room("lobby").getSnapshot().status, "joined")
    })
  }

  it("waits anything up to a second at first, so that no tenth of one has more than 15 % of a crowd", () => {
    // E1
    const dice = new Dice(7)
    const buckets = new Array<number>(10).fill(0)
    for (let n = 0; n < 1000; n++) {
      const wait = waitBefore(1, { minMs: 500, maxMs: 30_000 }, () => dice.roll())
      buckets[Math.floor(wait / 100)]!++
    }
    assert.isBelow(Math.max(...buckets), 150)
    assert.isAbove(Math.min(...buckets), 50)
  })

  it("waits up to twice as long each time, and never more than 30 s", () => {
    const longest = [1, 2, 3, 4, 5, 6, 7, 1000].map((n) =>
      waitBefore(n, { minMs: 500, maxMs: 30_000 }, () => 0.999_999)
    )
    assert.deepEqual(longest, [999, 1999, 3999, 7999, 15_999, 29_999, 29_999, 29_999])
  })

  it("counts attempts until a connection has lasted 30 s", async () => {
    const place = await joined({ random: () => 0.5 })
    const attempt = async () => {
      place.server.restart(1006)
      await place.clock.advance(10)
      const { connection } = place.client.getSnapshot()
      await place.clock.advance(29_000)
      return connection.status === "reconnecting" ? connection.attempt : undefined
    }
    assert.deepEqual([await attempt(), await attempt(), await attempt()], [1, 2, 3])
    await place.clock.advance(31_000)
    assert.strictEqual(await attempt(), 1)
  })

  it("comes back no sooner than a server that stops has asked for", async () => {
    const place = await joined()
    place.server.line.tell({ type: "draining", reconnectAfterMs: 20_000 })
    await place.clock.advance(1000)
    place.server.restart(1012)
    await place.clock.advance(18_900)
    assert.lengthOf(place.server.lines, 1)
    await place.clock.advance(1200)
    assert.strictEqual(status(place), "live")
  })

  it("tries at once when it is told to, the line comes back, or the page is seen again", async () => {
    const listeners = new Map<string, () => void>()
    const addEventListener = (type: string, listener: () => void) => void listeners.set(type, listener)
    const removeEventListener = (type: string) => void listeners.delete(type)
    const document = { visibilityState: "visible", addEventListener, removeEventListener }
    const navigator = { onLine: true }
    const place = await joined({
      page: { addEventListener, removeEventListener, document, navigator },
      random: () => 0.9
    })
    const ways = [listeners.get("online"), listeners.get("visibilitychange"), () => place.client.retryNow()]
    navigator.onLine = false
    for (const hurry of ways) {
      place.server.restart(1006)
      await place.clock.advance(10)
      assert.strictEqual(status(place), "offline")
      hurry?.()
      await place.clock.advance(10)
      assert.strictEqual(status(place), "live")
    }
    await Promise.all([place.client.close(), place.clock.advance(2000)])
    assert.strictEqual(listeners.size, 0)
  })
})

describe("a line that is dead without saying so", () => {
  it("is noticed as well on the connection after one that ended otherwise", async () => {
    const place = await joined()
    place.server.restart(1006)
    await place.clock.advance(2000)
    const line = place.server.lines.at(-1)
    assert.strictEqual(status(place), "live")
    if (line !== undefined) line.dead = true
    await place.clock.advance(37_000)
    assert.notStrictEqual(place.server.lines.at(-1), line)
    assert.strictEqual(status(place), "live")
  })

  it("is asked after 25 s of silence and left 10 s later", async () => {
    const place = await joined()
    const [line] = place.server.lines
    await place.clock.advance(25_000)
    assert.strictEqual(line?.received.at(-1)?.type, "ping")
    await place.clock.advance(20_000)
    assert.strictEqual(status(place), "live")
    if (line !== undefined) line.dead = true
    await place.clock.advance(36_000)
    assert.isAbove(place.server.lines.length, 1)
    await place.clock.advance(1000)
    assert.strictEqual(status(place), "live")
  })

  it("is asked at once after a sleep", async () => {
    // A12
    const place = await joined({}, "lobby")
    place.server.line.dead = true
    place.server.say("lobby", "meanwhile")
    place.clock.sleep(90_000)
    await place.clock.advance(4200)
    assert.strictEqual(status(place), "live")
    assert.lengthOf(place.server.lines, 2)
    assert.lengthOf(place.client.room("lobby").getSnapshot().messages, 1)
  })

  it("is kept where it answers after a sleep", async () => {
    const place = await joined()
    place.clock.sleep(90_000)
    await place.clock.advance(10_000)
    assert.lengthOf(place.server.lines, 1)
  })
})

describe("a token", () => {
  it("goes into the subprotocols, and is asked for anew when the last one may be bad", async () => {
    const asked: Array<boolean> = []
    const getToken = ({ fresh }: { readonly fresh: boolean }) => {
      asked.push(fresh)
      return `token${asked.length}`
    }
    const place = await joined({ getToken })
    assert.deepEqual(place.server.line.protocols, ["hubbub.v1", "bearer", "token1"])
    place.server.restart(1012)
    await place.clock.advance(1100)
    place.server.restart(4002)
    await place.clock.advance(3000)
    // a refused upgrade
    place.server.admits = (token) => token === "token5"
    place.server.restart(1012)
    await place.clock.advance(60_000)
    assert.deepEqual(asked, [false, false, true, false, true])
    assert.strictEqual(status(place), "live")
  })

  it("that is not there signs out", async () => {
    let token: string | null = "good"
    const place = await joined({ getToken: () => Promise.resolve(token) })
    token = null
    place.server.restart(4002)
    await place.clock.advance(5000)
    assert.deepInclude(place.client.getSnapshot().connection, { status: "signed-out", code: 4500 })
    assert.lengthOf(place.server.lines, 1)
  })

  it("that cannot be had is asked for again later", async () => {
    let fails = true
    const getToken = () => (fails ? Promise.reject(new Error("away")) : Promise.resolve("good"))
    const place = await joined({ getToken })
    assert.strictEqual(status(place), "reconnecting")
    assert.isNotEmpty(place.logged)
    fails = false
    await place.clock.advance(10_000)
    assert.strictEqual(status(place), "live")
  })

  it("is renewed in place before it ends", async () => {
    const place = await joined({ getToken: ({ fresh }) => (fresh ? "second" : "first") })
    place.server.line.tell({ type: "token_expiring", expiresAt: "2026-01-01T00:01:00.000Z" })
    await place.clock.advance(10)
    assert.deepInclude(place.server.line.received.at(-1), { type: "refresh", token: "second" })
    assert.lengthOf(place.server.lines, 1)
  })
})

describe("closing", () => {
  it("ends what waits, leaves no timer, and can be undone", async () => {
    const place = await joined({}, "lobby")
    place.server.up = false
    place.server.restart(1006)
    await place.clock.advance(100)
    const sent = place.client.room("lobby").send("never heard")
    const asked = lettersOf(place.client).conversations()
    await Promise.all([place.client[Symbol.asyncDispose](), place.clock.advance(1000)])
    assert.deepEqual(await Promise.all([codeOf(sent), codeOf(asked)]), ["closed", "closed"])
    assert.strictEqual(status(place), "disconnected")
    assert.strictEqual(place.clock.waiting, 0)
    place.server.up = true
    void place.client.connect()
    await place.clock.advance(100)
    assert.strictEqual(place.client.room("lobby").getSnapshot().status, "joined")
  })

  it("waits for the server's good-bye", async () => {
    const place = await joined()
    const closed = place.client.close()
    await place.clock.advance(5)
    await closed
    assert.isFalse(place.server.line.open)
  })
})

describe("listeners", () => {
  it("that throw are logged and stop nobody", async () => {
    const place = site()
    let heard = 0
    place.client.on("state", () => {
      throw new Error("mine")
    })
    const stop = place.client.on("state", () => heard++)
    void place.client.connect()
    await place.clock.advance(10)
    assert.strictEqual(heard, 2)
    assert.lengthOf(place.logged, 2)
    stop()
    place.server.restart(1006)
    await place.clock.advance(10)
    assert.strictEqual(heard, 2)
  })

  it("may close the client from within", async () => {
    const place = site()
    place.client.on("state", ({ status }) => {
      if (status === "live") void place.client.close()
    })
    void place.client.connect()
    await place.clock.advance(5000)
    assert.strictEqual(status(place), "disconnected")
    assert.strictEqual(place.clock.waiting, 0)
  })

  it("are given frames of types that nobody knows, and refusals that answer nothing", async () => {
    const place = await joined()
    const heard: Array<unknown> = []
    place.client.on("frame", ({ type }) => heard.push(type))
    place.client.on("error", ({ code }) => heard.push(code))
    place.server.line.tell({ type: "fireworks" })
    place.server.line.tell({ type: "error", code: "rate_limited", message: "slowly", retryAfterMs: 5 })
    await place.clock.advance(10)
    assert.deepEqual(heard, ["fireworks", "rate_limited"])
  })
})
