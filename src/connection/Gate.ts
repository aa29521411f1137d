/**
 * Asks a judge about each message of one connection before it is published. Messages wait for their turn, one after the other, so that
 * they are published in the order they were sent; the reader goes on meanwhile.
 */
import { Cause, Context, Effect, type Fiber } from "effect"
import type { Content } from "../domain/Content.ts"
import { type ProtocolError, refusal } from "../domain/ProtocolError.ts"
import type { Publish } from "../hub/Command.ts"
import type { Library } from "./Lookups.ts"

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

/** Messages of one connection that may wait, and milliseconds after which one that found too many is worth another try. */
const WAITING = 32
const RETRY_MS = 250

export class Gate {
  private readonly judge: Judge
  private readonly library: Pick<Library, "fork" | "supervisor">
  private readonly publish: (message: Publish) => void
  private readonly refuse: (error: ProtocolError, message: Publish) => void
  private readonly waiting: Array<Publish> = []
  /** Not told from the fiber, which may be done before it is known here. */
  private working = false
  private fiber: Fiber.Fiber<void> | undefined

  constructor(
    judge: Judge,
    library: Pick<Library, "fork" | "supervisor">,
    publish: (message: Publish) => void,
    refuse: (error: ProtocolError, message: Publish) => void
  ) {
    this.judge = judge
    this.library = library
    this.publish = publish
    this.refuse = refuse
  }

  /** Has a message judged, and published or refused in its turn; or says at once why not. */
  pass(message: Publish): ProtocolError | undefined {
    if (this.waiting.length >= WAITING) {
      return refusal("overloaded", "too many messages wait to be checked", undefined, RETRY_MS)
    }
    this.waiting.push(message)
    if (this.working) return undefined
    this.working = true
    this.fiber = this.library.fork(this.work)
    return undefined
  }

  /** Breaks off what is under way; nothing is answered any more. */
  stop(): void {
    this.fiber?.interruptUnsafe()
  }

  private readonly work: Effect.Effect<void> = Effect.suspend(() => {
    const message = this.waiting[0]
    if (message === undefined) {
      this.working = false
      return Effect.void
    }
    return this.decide(message).pipe(
      Effect.andThen(
        Effect.suspend(() => {
          this.waiting.shift()
          return this.work
        })
      )
    )
  })

  private decide(message: Publish): Effect.Effect<void> {
    const { client, content, messageId, roomId, type } = message
    const { userId, username } = client.identity
    const question = { roomId, userId, username, content, type, ...(messageId === undefined ? {} : { messageId }) }
    return this.judge.ask(question).pipe(
      Effect.map((ruling) => {
        if (ruling._tag === "reject") this.refuse(refusal("rejected", ruling.reason, "content"), message)
        else this.publish(ruling._tag === "rewrite" ? { ...message, content: ruling.content } : message)
      }),
      Effect.catchCause((cause) =>
        Cause.hasInterruptsOnly(cause)
          ? Effect.void
          : Effect.andThen(
              this.library.supervisor.noted("gate", cause),
              Effect.sync(() => this.refuse(refusal("internal", "the message could not be checked"), message))
            )
      ),
      Effect.andThen(Effect.sync(() => client.mailbox.flush()))
    )
  }
}
