/**
 * Asks a judge about each message of one connection before it is published. Messages wait for their turn, one after the other, so that
 * they are published in the order they were sent; the reader goes on meanwhile.
 */
import { Context, Effect } from "effect"
import type { Content } from "../domain/Content.ts"
import { type ProtocolError, refusal } from "../domain/ProtocolError.ts"
import type { Publish } from "../hub/Command.ts"
import type { Errands } from "./Errands.ts"

type Ruling =
  | { readonly _tag: "allow" }
  | { readonly _tag: "reject"; readonly reason: string }
  | { readonly _tag: "rewrite"; readonly content: Content }

/** Decides what may be published. Always answers, in a bounded time. */
export interface Judge {
  ask(message: {
    readonly roomId: string
    readonly userId: string
    readonly username: string
    readonly content: string
    readonly type: string
    readonly messageId?: string
  }): Effect.Effect<Ruling>
}

/** Nobody, unless a layer gives one. */
export const Judge = Context.Reference<Judge | undefined>("hubbub/connection/Judge", { defaultValue: () => undefined })

/** Milliseconds after which a message that found too many waiting is worth another try. */
const RETRY_MS = 250

export class Gate {
  private readonly judge: Judge
  private readonly errands: Errands
  private readonly publish: (message: Publish) => void
  private readonly refuse: (error: ProtocolError, message: Publish) => void

  constructor(
    judge: Judge,
    errands: Errands,
    publish: (message: Publish) => void,
    refuse: (error: ProtocolError, message: Publish) => void
  ) {
    this.judge = judge
    this.errands = errands
    this.publish = publish
    this.refuse = refuse
  }

  /** Has a message judged, and published or refused in its turn; or says at once why not. */
  pass(message: Publish): ProtocolError | undefined {
    const crashed = () => {
      this.refuse(refusal("internal", "the message could not be checked"), message)
      message.client.mailbox.flush()
    }
    if (this.errands.begin(this.decide(message), crashed)) return undefined
    return refusal("overloaded", "too many messages wait to be checked", undefined, RETRY_MS)
  }

  private decide(message: Publish): Effect.Effect<void> {
    const { client, content, messageId, roomId, type } = message
    const { userId, username } = client.identity
    const question = { roomId, userId, username, content, type, ...(messageId === undefined ? {} : { messageId }) }
    return this.judge.ask(question).pipe(
      Effect.map((ruling) => {
        if (ruling._tag === "reject") this.refuse(refusal("rejected", ruling.reason, "content"), message)
        else this.publish(ruling._tag === "rewrite" ? { ...message, content: ruling.content } : message)
        client.mailbox.flush()
      })
    )
  }
}
