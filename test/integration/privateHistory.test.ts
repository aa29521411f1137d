/** Private rooms over HTTP: whose they are by token, or by word where tokens are off, and nobody else's whatever their role. */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { hourLong, SECRET } from "../identity/minted.ts"
import { ChatClient } from "../support/ChatClient.ts"
import { ServerProcess } from "../support/ServerProcess.ts"

const unlimited = { RATE_LIMIT_PER_SEC: "0", JOIN_LIMIT_PER_SEC: "0", NEW_ROOMS_PER_MIN: "0", ABUSE_REFUSALS: "0" }
const KEY = "an api key of thirty-two characters".replaceAll(" ", "-")

const roles = {
  alice: undefined,
  bob: undefined,
  carol: undefined,
  mod: "moderator",
  boss: "admin",
  analyst: "analyst"
} as const
type Name = keyof typeof roles
const names: ReadonlyArray<Name> = ["alice", "bob", "carol", "mod", "boss", "analyst"]
const strangers: ReadonlyArray<Name> = ["carol", "mod", "boss", "analyst"]

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

/** A server, and what users are to it. */
interface Site {
  readonly server: ServerProcess
  connect(name: Name): Promise<ChatClient>
  /** Asks for a path as a user does. */
  get(name: Name, path: string): Promise<Answer>
  /** A room of alice and bob, one that is a group of theirs, and one for everybody. */
  readonly two: string
  readonly group: string
  readonly lobby: string
}

const answerOf = async (response: Response): Promise<Answer> => ({
  status: response.status,
  body: (await response.json()) as Readonly<Record<string, unknown>>
})

const talk = async (connect: Site["connect"]) => {
  const [alice, bob] = [await connect("alice"), await connect("bob")]
  const two = String((await alice.ask({ type: "direct", to: "bob", content: "secret 1" }))["roomId"])
  await bob.ask({ type: "direct", to: "alice", content: "secret 2" })
  await alice.ask({ type: "direct", to: "bob", content: "secret 3" })
  const group = String((await alice.ask({ type: "group", title: "Trip", invite: ["bob"] }))["roomId"])
  for (const roomId of [group, "lobby"]) {
    await alice.ask({ type: "subscribe", roomId })
    await alice.ask({ type: "chat", roomId, content: `said in ${roomId}` })
  }
  return { two, group, lobby: "lobby" }
}

const guarded = async (): Promise<Site> => {
  const server = await ServerProcess.start({ ...unlimited, AUTH_SECRET: SECRET, API_KEYS: `robot:${KEY}` })
  const tokens = new Map<Name, string>()
  for (const name of names) {
    const role = roles[name]
    tokens.set(name, await hourLong(name, role === undefined ? {} : { role }))
  }
  const connect = (name: Name) => {
    const query = { username: name, token: tokens.get(name)! }
    return ChatClient.v1(server, query)
  }
  const get = async (name: Name, path: string) =>
    answerOf(await server.fetch(path, { headers: { Authorization: `Bearer ${tokens.get(name)}` } }))
  return { server, connect, get, ...(await talk(connect)) }
}

const open = async (): Promise<Site> => {
  const server = await ServerProcess.start(unlimited)
  const connect = (name: Name) => ChatClient.v1(server, { userId: name, username: name })
  const get = async (name: Name, path: string) =>
    answerOf(await server.fetch(`${path}${path.includes("?") ? "&" : "?"}userId=${name}`))
  return { server, connect, get, ...(await talk(connect)) }
}

const neverWas = (roomId: string) => roomId.replace(/[0-9a-f]+$/, (digits) => "0".repeat(digits.length))
const pathOf = (roomId: string, query = "") => `/api/rooms/${roomId}/messages${query}`
const contents = ({ body }: Answer) =>
  (body["messages"] as ReadonlyArray<{ readonly content: string }>).map(({ content }) => content)

describe.each([
  ["where tokens are on", guarded],
  ["where tokens are off", open]
] as const)("%s", (_, begin) => {
  /** What is said is said in the first test, as clients live no longer than one. */
  let begun: Promise<Site> | undefined
  const served = () => (begun ??= begin())
  afterAll(async () => {
    assert.strictEqual(await (await served()).server.stop(), 0)
  })

  it("members read what was said, page by page, and the list of their rooms", async () => {
    const site = await served()
    for (const name of ["alice", "bob"] as const) {
      assert.deepEqual(contents(await site.get(name, pathOf(site.two))), ["secret 1", "secret 2", "secret 3"])
      const newest = await site.get(name, pathOf(site.two, "?limit=2"))
      assert.deepEqual(contents(newest), ["secret 2", "secret 3"])
      const older = await site.get(name, pathOf(site.two, `?limit=2&before=${String(newest.body["before"])}`))
      assert.deepEqual(contents(older), ["secret 1"])
      const group = await site.get(name, pathOf(site.group))
      assert.deepEqual(contents(group), [`said in ${site.group}`])
      const all = await site.get(name, "/api/conversations")
      assert.deepEqual(all.body, {
        count: 2,
        conversations: [
          { roomId: site.group, title: "Trip", owner: "alice" },
          { roomId: site.two, with: name === "alice" ? "bob" : "alice" }
        ],
        hasMore: false,
        after: null
      })
    }
  })

  it("conversations come in pages, with cursors that are of no use to others", async () => {
    const site = await served()
    const first = await site.get("alice", "/api/conversations?limit=1")
    assert.deepInclude(first.body, { count: 1, hasMore: true })
    const after = encodeURIComponent(String(first.body["after"]))
    const second = await site.get("alice", `/api/conversations?limit=1&after=${after}`)
    assert.deepEqual(second.body["conversations"], [{ roomId: site.two, with: "bob" }])
    assert.deepInclude(second.body, { count: 1, hasMore: false, after: null })
    const stolen = await site.get("carol", `/api/conversations?after=${after}`)
    assert.deepInclude(stolen, { status: 400 })
    assert.deepInclude(stolen.body, { code: "invalid_cursor", field: "after" })
    for (const [query, code] of [
      ["?limit=0", "invalid_limit"],
      ["?limit=201", "invalid_limit"],
      ["?after=x", "invalid_cursor"]
    ]) {
      assert.deepInclude((await site.get("alice", `/api/conversations${query}`)).body, { code }, query)
    }
    assert.deepInclude((await site.get("carol", "/api/conversations")).body, { count: 0, conversations: [] })
  })

  it("everyone else, moderators and admins too, is answered as about a room that never was", async () => {
    const site = await served()
    const cursor = String((await site.get("alice", pathOf(site.two, "?limit=1"))).body["before"])
    const elsewhere = String((await site.get("alice", pathOf(site.lobby))).body["after"])
    for (const name of strangers) {
      for (const roomId of [site.two, site.group]) {
        for (const query of ["", "?limit=1", "?around=1", `?after=${elsewhere}`]) {
          const [real, never] = await Promise.all(
            [roomId, neverWas(roomId)].map((id) => site.get(name, pathOf(id, query)))
          )
          assert.strictEqual(
            JSON.stringify(real).replaceAll(roomId, "…"),
            JSON.stringify(never).replaceAll(neverWas(roomId), "…"),
            `${name} ${query}`
          )
          assert.notInclude(JSON.stringify(real), "secret")
        }
        assert.deepInclude((await site.get(name, pathOf(roomId))).body, { count: 0, messages: [] })
        assert.notInclude(JSON.stringify(await site.get(name, pathOf(roomId, `?before=${cursor}`))), "secret")
      }
    }
  })

  it("no list of rooms has them, not even for members", async () => {
    const site = await served()
    for (const name of names) {
      const { body } = await site.get(name, "/api/rooms?limit=200")
      const rooms = (body["rooms"] as ReadonlyArray<{ readonly roomId: string }>).map(({ roomId }) => roomId)
      assert.include(rooms, "lobby")
      assert.isEmpty(rooms.filter((roomId) => /^(dm|group):/.test(roomId)))
    }
  })

  it("what a user said in them is shown to moderators no more than the rooms are", async () => {
    const site = await served()
    for (const name of ["mod", "boss"] as const) {
      const { body, status } = await site.get(name, "/api/users/alice/messages")
      assert.strictEqual(status, 200)
      assert.notInclude(JSON.stringify(body), "secret")
      assert.notInclude(JSON.stringify(body["messages"]), site.group)
      assert.include(JSON.stringify(body), "said in lobby")
    }
  })
})

describe("conversations", () => {
  it("are nobody's where nobody says whose, and none of an API key", async () => {
    const free = await ServerProcess.start()
    const locked = await ServerProcess.start({ AUTH_SECRET: SECRET, API_KEYS: `robot:${KEY}` })
    const none = await answerOf(await free.fetch("/api/conversations"))
    assert.strictEqual(none.status, 400)
    assert.deepInclude(none.body, { code: "invalid_user_id", field: "userId" })
    const wrong = await answerOf(await free.fetch("/api/conversations?userId=a%20b"))
    assert.deepInclude(wrong.body, { code: "invalid_user_id", field: "userId" })
    const robot = await answerOf(
      await locked.fetch("/api/conversations?userId=alice", { headers: { "X-Api-Key": KEY } })
    )
    assert.deepInclude(robot, { status: 403 })
    assert.strictEqual((await locked.fetch("/api/conversations")).status, 401)
    assert.strictEqual((await free.fetch("/api/conversations", { method: "POST" })).status, 405)
    assert.deepEqual(await Promise.all([free.stop(), locked.stop()]), [0, 0])
  })

  it("of somebody else are not shown, whatever the query says, where tokens are on", async () => {
    const site = await guarded()
    assert.deepInclude((await site.get("carol", "/api/conversations?userId=alice")).body, { count: 0 })
    const robot = await site.server.fetch(pathOf(site.two, "?userId=alice"), { headers: { "X-Api-Key": KEY } })
    assert.deepInclude(await robot.json(), { count: 0, messages: [] })
    const carol = await site.get("carol", pathOf(site.two, "?userId=alice"))
    assert.deepInclude(carol.body, { count: 0, messages: [] })
    assert.strictEqual(await site.server.stop(), 0)
  })
})
