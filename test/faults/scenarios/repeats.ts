/** One message sent again and again: at once, after a reconnect, after a death and after a stop; and another one under its id. */
import { Load } from "../Load.ts"
import { freshId } from "../Sender.ts"
import { Site } from "../Site.ts"
import type { Stage } from "../Stage.ts"
import { type Frame, Wire } from "../Wire.ts"
import { within } from "../../support/ServerProcess.ts"
import type { Scenario } from "./Scenario.ts"

const ROOM = "room-0"
const ANSWER_MS = 10_000

/** A connection that is in the room and asks one thing after the other. */
const connect = async (stage: Stage, site: Site, userId: string) => {
  const waiting: Array<(frame: Frame) => void> = []
  const take = (frame: Frame) => {
    if (["ack", "error", "subscribed"].includes(frame.type)) waiting.shift()?.(frame)
  }
  const wire = await Wire.open(site.server.port, { userId, username: userId, history: 0 }, "hubbub.v1", take)
  if (wire === undefined) throw new Error("the server takes no connection")
  stage.defer(() => wire.cut())
  const ask = (frame: Readonly<Record<string, unknown>>): Promise<Frame> => {
    const { promise, resolve } = Promise.withResolvers<Frame>()
    waiting.push(resolve)
    wire.send(frame)
    return within(promise, ANSWER_MS, () => `no answer to ${JSON.stringify(frame)}`)
  }
  await ask({ type: "subscribe", roomId: ROOM, history: 0 })
  return { ask, cut: () => wire.cut() }
}

export const repeats: Scenario = {
  name: "repeats",
  holds: "one messageId is one message through reconnects and restarts, whoever asks again gets the first answer",
  play: async (stage) => {
    const site = new Site(stage)
    const load = new Load(stage, site, { rooms: 1, senders: 2, everyMs: 10 })
    const { record } = load
    const userId = "repeater"
    const id = freshId(stage.dice)
    const content = `${id} once`
    record.sent.set(id, { roomId: ROOM, id, userId, content })
    const chat = { type: "chat", roomId: ROOM, messageId: id, content, ref: id }
    const note = (frame: Frame) => {
      if (frame.type !== "ack") throw new Error(`C1: a repeat of ${id} was answered ${JSON.stringify(frame)}`)
      const { duplicate, epoch, seq } = frame
      record.ack({ roomId: ROOM, id, epoch: Number(epoch), seq: Number(seq), duplicate: duplicate === true }, undefined)
    }
    await site.start()
    await load.start()
    await load.acks(stage.between(1, 30))

    let repeater = await connect(stage, site, userId)
    for (const answer of await Promise.all(Array.from({ length: 5 }, () => repeater.ask(chat)))) note(answer)
    repeater.cut()
    repeater = await connect(stage, site, userId)
    note(await repeater.ask({ ...chat, messageId: id.toUpperCase() }))
    await load.acks(stage.between(20, 200))

    await site.kill()
    await site.start()
    repeater = await connect(stage, site, userId)
    note(await repeater.ask(chat))
    await load.acks(stage.between(20, 200))

    await site.stop()
    await site.start()
    repeater = await connect(stage, site, userId)
    note(await repeater.ask(chat))
    const other = await repeater.ask({ ...chat, content: `${id} something else` })
    if (other.type !== "error" || other["code"] !== "idempotency_conflict") {
      throw new Error(`F39: other content under ${id} was answered ${JSON.stringify(other)}`)
    }
    const stranger = await connect(stage, site, "stranger")
    const theirs = await stranger.ask({ ...chat, messageId: freshId(stage.dice), content: "" })
    if (theirs["code"] !== "empty_content") throw new Error(`an empty message was answered ${JSON.stringify(theirs)}`)
    await load.verify()
    await site.stop()
    return { acks: record.acks.length, equal: record.acks.filter((acked) => acked.id === id).length }
  }
}
