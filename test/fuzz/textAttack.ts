/** Text frames with something wrong about them. Whatever the server's own decoder refuses has to be answered with that refusal. */
import { Result } from "effect"
import { decodeClientFrame, type Dialect, type Refused } from "../../src/domain/ClientFrame.ts"
import type { Dice } from "../support/Dice.ts"
import { type Attack, several, shown, type Target, uuid } from "./Attack.ts"
import { clientText } from "./clientText.ts"
import { closeFault, Intruder, messageFault } from "./Intruder.ts"

type Message = Readonly<Record<string, unknown>>

/** What was heard between a text and the answer to the probe behind it. */
interface Aftermath {
  readonly messages: ReadonlyArray<Message>
  readonly closed: number | undefined
}

/** Something that is answered for sure, behind whatever came before it. */
const probe = (dialect: Dialect, id: string) =>
  dialect === "plain"
    ? { text: JSON.stringify({ type: "chat", content: id }), answers: ({ content }: Message) => content === id }
    : {
        text: JSON.stringify({ type: "ping", ref: id }),
        answers: ({ ref, type }: Message) => type === "pong" && ref === id
      }

const aftermath = async (intruder: Intruder, answers: (message: Message) => boolean): Promise<Aftermath> => {
  const messages: Array<Message> = []
  while (true) {
    const heard = await intruder.next()
    if (heard._tag === "Closed") return { messages, closed: heard.code }
    if (answers(heard.message)) return { messages, closed: undefined }
    messages.push(heard.message)
  }
}

const answered = (messages: ReadonlyArray<Message>, { error, ref }: Refused): boolean =>
  messages.some((message) => message["type"] === "error" && message["code"] === error.code && message["ref"] === ref)

const fault = ({ closed, messages }: Aftermath, text: string, dialect: Dialect): string | undefined => {
  const wrong = messages.map(messageFault).find((one) => one !== undefined)
  if (wrong !== undefined) return wrong
  if (closed !== undefined) return closeFault(closed)
  const decoded = decodeClientFrame(text, dialect)
  if (Result.isSuccess(decoded) || answered(messages, decoded.failure)) return undefined
  return `no error frame told of ${decoded.failure.error.code}; there came ${shown(JSON.stringify(messages))}`
}

export const textAttack = (dice: Dice, target: Target): Attack => {
  const dialect: Dialect = dice.roll() < 0.8 ? "hubbub.v1" : "plain"
  const room = dice.pick(target.rooms)
  const query = { userId: dice.pick(target.users), username: "Mallory", history: "0", room }
  const texts = several(1 + dice.below(8), () => [clientText(dice, target), uuid(dice)] as const)
  return {
    what: `${dialect} in ${room}: ${texts.map(([text]) => shown(text)).join(" then ")}`,
    play: async () => {
      const intruder = await Intruder.enter(target, query, dialect)
      try {
        for (const [text, id] of texts) {
          const { answers, text: ask } = probe(dialect, id)
          intruder.say(text)
          intruder.say(ask)
          const after = await aftermath(intruder, answers)
          const wrong = fault(after, text, dialect)
          if (wrong !== undefined) return `${wrong}, after ${shown(text)}`
          if (after.closed !== undefined) return undefined
        }
        return await intruder.faultToTheEnd()
      } finally {
        intruder.line.destroy()
      }
    }
  }
}
