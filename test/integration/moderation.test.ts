/** Moderators at work on a server of its own process, over real sockets. */
import { assert, describe, it, onTestFinished } from "vitest"
import { hourLong, SECRET } from "../identity/minted.ts"
import { type Frame, heard, say, upgrade, v1 } from "../identity/upgrading.ts"
import { type Env, ServerProcess, temporaryDirectory } from "../support/ServerProcess.ts"

const start = async (env: Env = {}) => {
  const server = await ServerProcess.start({ AUTH_SECRET: SECRET, ...env })
  onTestFinished(async () => {
    await server.stop("SIGKILL")
  })
  return server
}

/** A client of `hubbub.v1` that was let in. */
const enter = async (server: ServerProcess, sub: string, claims: Readonly<Record<string, unknown>> = {}) => {
  const { answer, socket } = await upgrade(server, {}, v1(await hourLong(sub, claims)))
  assert.strictEqual(answer.status, 101, answer.body)
  await heard(socket, "welcome")
  return socket
}
type Socket = Awaited<ReturnType<typeof enter>>

/** Sends a frame and waits for its answer, or for its refusal. */
const asked = async (socket: Socket, frame: Readonly<Record<string, unknown>>, answer: string): Promise<Frame> => {
  say(socket, { ref: answer, ...frame })
  return heard(socket, answer)
}

const join = (socket: Socket, roomId: string, more: Readonly<Record<string, unknown>> = {}) =>
  asked(socket, { type: "subscribe", roomId, ...more }, "subscribed")
const order = (socket: Socket, what: Readonly<Record<string, unknown>>) =>
  asked(socket, { type: "moderate", ...what }, "moderated")
const moderator = { role: "moderator" }

describe("a ban", () => {
  it("ends all of a user's connections within a second, is heard of in the room, and keeps them out until it is lifted", async () => {
    const server = await start()
    const [mia, first, second, bob] = await Promise.all([
      enter(server, "mia", moderator),
      enter(server, "alice"),
      enter(server, "alice"),
      enter(server, "bob")
    ])
    const { epoch, seq } = await join(first, "lobby")
    await join(second, "garden")
    await join(bob, "lobby")
    const plain = (await upgrade(server, { room: "lobby" }, { Authorization: `Bearer ${await hourLong("carol")}` }))
      .socket
    await heard(plain, "join")
    const since = performance.now()
    const moderated = await order(mia, { action: "ban", userId: "alice", seconds: 3600, reason: "spam" })
    assert.deepInclude(moderated, { action: "ban", userId: "alice", reason: "spam" })
    assert.approximately(Date.parse(String(moderated["until"])), Date.now() + 3_600_000, 60_000)
    assert.deepStrictEqual(await Promise.all([first.closeCode(), second.closeCode()]), [4501, 4501])
    assert.isBelow(performance.now() - since, 1000)
    assert.deepInclude(await heard(plain, "leave"), { userId: "alice", roomId: "lobby" })

    const token = await hourLong("alice")
    const { answer } = await upgrade(server, {}, v1(token))
    assert.strictEqual(answer.status, 403)
    assert.include(answer.body, '"code":"banned"')
    // who cannot come in cannot go on either, in whichever dialect
    assert.strictEqual(
      (await upgrade(server, { room: "lobby" }, { Authorization: `Bearer ${token}` })).answer.status,
      403
    )

    await order(mia, { action: "unban", userId: "alice" })
    const again = await enter(server, "alice")
    assert.deepInclude(await join(again, "lobby", { after: { epoch, seq } }), { recovered: true })
  })

  it("from a room, a mute, a freeze and slow mode hold after a restart, also after kill -9", async () => {
    const env = { DATA_DIR: temporaryDirectory() }
    const server = await start(env)
    const mia = await enter(server, "mia", moderator)
    const alice = await enter(server, "alice")
    await join(alice, "lobby")
    await order(mia, { action: "ban", userId: "alice", roomId: "lobby" })
    assert.deepInclude(await heard(alice, "unsubscribed"), { roomId: "lobby" })
    await order(mia, { action: "ban", userId: "mallory" })
    await order(mia, { action: "mute", userId: "alice", reason: "shouting" })
    assert.deepInclude(await heard(alice, "muted"), { reason: "shouting" })
    await order(mia, { action: "freeze", roomId: "attic" })
    await order(mia, { action: "slow_mode", roomId: "garden", seconds: 120 })
    server.signal("SIGKILL")
    await server.exit()

    const again = await start(env)
    assert.strictEqual((await upgrade(again, {}, v1(await hourLong("mallory")))).answer.status, 403)
    const back = await enter(again, "alice")
    assert.deepInclude(await asked(back, { type: "subscribe", roomId: "lobby" }, "error"), { code: "forbidden_room" })
    await join(back, "garden")
    assert.deepInclude(await asked(back, { type: "chat", roomId: "garden", content: "hello" }, "error"), {
      code: "muted",
      message: "you are muted: shouting"
    })
    const bob = await enter(again, "bob")
    await join(bob, "garden")
    await asked(bob, { type: "chat", roomId: "garden", content: "one" }, "ack")
    const slow = await asked(bob, { type: "chat", roomId: "garden", content: "two" }, "error")
    assert.deepInclude(slow, { code: "slow_mode" })
    assert.isAtMost(Number(slow["retryAfterMs"]), 120_000)
    say(bob, { type: "subscribe", roomId: "attic" })
    assert.deepInclude(await heard(bob, "room"), { roomId: "attic", frozen: true })
    assert.deepInclude(await asked(bob, { type: "chat", roomId: "attic", content: "brr" }, "error"), { code: "frozen" })
    await again.stop()
  })
})

describe("moderating", () => {
  it("is for moderators, in the rooms that their tokens are for, and not for who is meant by it", async () => {
    const server = await start()
    const [alice, mia] = await Promise.all([
      enter(server, "alice"),
      enter(server, "mia", { ...moderator, rooms: ["lobby", "team-*"] })
    ])
    const refused = async (socket: Socket, what: Readonly<Record<string, unknown>>) =>
      (await asked(socket, { type: "moderate", ...what }, "error"))["code"]
    assert.strictEqual(await refused(alice, { action: "ban", userId: "mia" }), "forbidden")
    assert.strictEqual(await refused(mia, { action: "ban", userId: "alice" }), "forbidden")
    assert.strictEqual(await refused(mia, { action: "ban", userId: "mia", roomId: "lobby" }), "forbidden")
    assert.strictEqual(await refused(mia, { action: "ban", roomId: "lobby" }), "invalid_frame")
    assert.strictEqual(await refused(mia, { action: "ban", userId: "alice", roomId: "garden" }), "forbidden_room")
    await order(mia, { action: "ban", userId: "alice", roomId: "team-blue" })
    assert.strictEqual(
      (await asked(alice, { type: "subscribe", roomId: "team-blue" }, "error"))["code"],
      "forbidden_room"
    )
    await join(alice, "lobby")
  })

  it("leaves no reasons in the log, and no words of the filter in answers", async () => {
    const server = await start({ WORD_FILTER: "weasel", LOG_LEVEL: "debug" })
    const mia = await enter(server, "mia", moderator)
    const alice = await enter(server, "alice")
    await join(alice, "lobby")
    await join(mia, "lobby")
    const error = await asked(alice, { type: "chat", roomId: "lobby", content: "you wéasel" }, "error")
    assert.deepInclude(error, { code: "rejected", field: "content" })
    assert.notInclude(JSON.stringify(error), "weasel")
    // who moderates may have to name it
    await asked(mia, { type: "chat", roomId: "lobby", content: "do not say weasel" }, "ack")
    await order(mia, { action: "mute", userId: "alice", reason: "a private reason" })
    await order(mia, { action: "ban", userId: "alice", reason: "a private reason" })
    assert.strictEqual(await alice.closeCode(), 4501)
    await upgrade(server, {}, v1(await hourLong("alice")))
    await server.stop()
    assert.notInclude(server.said, "a private reason")
  })

  it("does not begin with a list of words that cannot be read", async () => {
    const failure = await ServerProcess.start({ WORD_FILTER: "@/nowhere/words.txt" }).then(
      () => "it started",
      (error: unknown) => String(error)
    )
    assert.include(failure, "ended with 1")
  })
})
