/** Rooms that are busy while people come, go, lose their line and return: nobody misses a message, sees one twice, or in another order. */
import { afterAll, assert, beforeAll, describe, it, onTestFinished } from "@effect/vitest"
import { ChatClient, type Frame } from "../support/ChatClient.ts"
import { ServerProcess } from "../support/ServerProcess.ts"

let server: ServerProcess

beforeAll(async () => {
  server = await ServerProcess.start({ RATE_LIMIT_PER_SEC: "0", JOIN_LIMIT_PER_SEC: "0" })
})
afterAll(async () => {
  assert.strictEqual(await server.stop(), 0)
})

/** Someone who talks without a pause, a few messages in flight, until told to stop; then everything that was said is in `said`. */
const talker = async (roomId: string) => {
  const client = await ChatClient.v1(server, { userId: `talker@${roomId}`, username: "Talker", room: roomId })
  const { epoch } = await client.next("subscribed")
  const said: Array<string> = []
  const state = { talking: true }
  const run = async () => {
    while (state.talking) {
      const answers = Array.from({ length: 8 }, () => {
        said.push(`m${said.length + 1}`)
        return client.ask({ type: "chat", roomId, content: said.at(-1)! })
      })
      for (const answer of await Promise.all(answers)) assert.strictEqual(answer.type, "ack")
    }
  }
  const running = run()
  onTestFinished(() => {
    state.talking = false
  })
  return {
    said,
    epoch,
    /** Waits until `count` more messages were said. */
    more: async (count: number) => {
      const target = said.length + count
      await client.next((frame) => frame.type === "chat" && Number(frame["seq"]) >= target)
    },
    stop: async () => {
      state.talking = false
      await running
      await client.say("end", { roomId })
      said.push("end")
    }
  }
}

/** Waits for the last message; then the messages that came, in order, replayed ones included. */
const logOf = async (client: ChatClient) => {
  await client.next({ type: "chat", content: "end" })
  return client.received.flatMap((frame): ReadonlyArray<Frame> => {
    if (frame.type === "subscribed") return frame["messages"] as ReadonlyArray<Frame>
    return frame.type === "chat" ? [frame] : []
  })
}

const assertWhole = (log: ReadonlyArray<Frame>, said: ReadonlyArray<string>) => {
  const from = Number(log[0]?.["seq"])
  assert.deepEqual(
    log.map(({ seq }) => seq),
    log.map((_, i) => from + i)
  )
  assert.deepEqual(
    log.map(({ content }) => content),
    said.slice(from - 1)
  )
}

describe("in a busy room", () => {
  it("those who join get history and live messages without a gap or a repeat", async () => {
    // C3
    const talk = await talker("busy")
    const joined: Array<ChatClient> = []
    for (let n = 0; n < 10; n++) {
      await talk.more(20)
      const query = { userId: `guest${n}`, username: `Guest ${n}`, room: "busy", history: 5 }
      joined.push(await (n % 2 === 0 ? ChatClient.plain(server, query) : ChatClient.v1(server, query)))
    }
    await talk.more(20)
    await talk.stop()
    for (const client of joined) {
      const log = await logOf(client)
      assert.isAtLeast(log.length, 20)
      assertWhole(log, talk.said)
    }
  })

  it("those who lose their line and resume have everything", async () => {
    // A1, A3, P5
    const talk = await talker("resume")
    const query = { userId: "ann", username: "Ann" }
    const whole: Array<Frame> = []
    let seq = 0
    for (let n = 0; n < 8; n++) {
      const client = await ChatClient.v1(server, query)
      const after = { epoch: talk.epoch, seq }
      const subscribed = await client.ask({ type: "subscribe", roomId: "resume", after })
      assert.isTrue(subscribed["recovered"])
      if (n % 2 === 0) await client.next((frame) => frame.type === "chat" && Number(frame["seq"]) > seq + 10)
      await client.cut()
      const messages = [...(subscribed["messages"] as ReadonlyArray<Frame>), ...client.all("chat")]
      whole.push(...messages)
      seq += messages.length
      await talk.more(10)
    }
    await talk.stop()
    const last = await ChatClient.v1(server, query)
    const rest = await last.ask({ type: "subscribe", roomId: "resume", after: { epoch: talk.epoch, seq } })
    whole.push(...(rest["messages"] as ReadonlyArray<Frame>))
    assert.strictEqual(whole[0]?.["seq"], 1)
    assertWhole(whole, talk.said)
  })

  it("those who leave and subscribe again hear all up to their leave and from their return", async () => {
    const talk = await talker("leave")
    const client = await ChatClient.v1(server, { userId: "ann", username: "Ann" })
    const subscribe = { type: "subscribe", roomId: "leave", after: { epoch: talk.epoch, seq: 0 } }
    const first = await client.ask(subscribe)
    await talk.more(20)
    await client.ask({ type: "unsubscribe", roomId: "leave" })
    const live = client.all("chat").length
    const seq = (first["messages"] as ReadonlyArray<Frame>).length + live
    await talk.more(20)
    assert.lengthOf(client.all("chat"), live)
    const back = await client.ask({ ...subscribe, after: { epoch: talk.epoch, seq } })
    assert.isTrue(back["recovered"])
    assert.isAtLeast((back["messages"] as ReadonlyArray<Frame>).length, 20)
    await talk.stop()
    assertWhole(await logOf(client), talk.said)
  })

  it("what someone says right before they hang up is heard", async () => {
    const ann = await ChatClient.plain(server, { userId: "ann", username: "Ann", room: "hang-up" })
    for (let n = 0; n < 20; n++) {
      const bob = await ChatClient.plain(server, { userId: `bob${n}`, username: "Bob", room: "hang-up", history: 0 })
      for (const part of ["a", "b", "c"]) bob.send({ type: "chat", content: `${part}${n}` })
      await bob.close()
      await ann.next({ type: "chat", content: `c${n}` })
    }
    assert.deepEqual(
      ann.heard,
      Array.from({ length: 60 }, (_, i) => `${"abc"[i % 3]}${Math.floor(i / 3)}`)
    )
  })

  it("several talk at once, and everyone sees one order, each talker's own kept", async () => {
    // P1, C1 to C5
    const TALKERS = 6
    const EACH = 100
    const clients = await Promise.all(
      Array.from({ length: TALKERS }, (_, i) =>
        ChatClient.v1(server, { userId: `many${i}`, username: `Many ${i}`, room: "many", history: 0 })
      )
    )
    const acks = await Promise.all(
      clients.map((client, i) =>
        Promise.all(
          Array.from({ length: EACH }, (_, n) => client.ask({ type: "chat", roomId: "many", content: `${i}:${n}` }))
        )
      )
    )
    const logs = await Promise.all(clients.map((client) => client.take(TALKERS * EACH, "chat")))
    const [first = []] = logs
    assert.deepEqual(
      first.map(({ seq }) => seq),
      first.map((_, i) => i + 1)
    )
    for (const log of logs) assert.deepEqual(log, first)
    for (const [i, own] of acks.entries()) {
      assert.deepEqual(
        own.map(({ seq }) => seq),
        first.filter(({ userId }) => userId === `many${i}`).map(({ seq }) => seq)
      )
      for (const [n, { messageId, seq }] of own.entries()) {
        assert.deepInclude(first[Number(seq) - 1], { messageId, content: `${i}:${n}` })
      }
    }
  })
})
