/** Says something in a room without being in it, on behalf of the house. */
import { Context, type Effect } from "effect"
import type { Draft } from "../../domain/Message.ts"
import type { MessageId } from "../../domain/MessageId.ts"
import type { ProtocolError } from "../../domain/ProtocolError.ts"

/** A message that was kept. `duplicate`: it had been said before. */
export interface Spoken {
  readonly messageId: MessageId
  readonly seq: number
  readonly epoch: number
  readonly timestamp: string
  readonly duplicate: boolean
}

export interface Speaker {
  /** Done once the message is kept, as an acknowledged one is; the same user's `messageId` is one message in a room. */
  say(draft: Draft): Effect.Effect<Spoken, ProtocolError>
}

/** Nobody can, unless a layer says how. */
export const Speaker = Context.Reference<Speaker | undefined>("hubbub/http/admin/Speaker", {
  defaultValue: () => undefined
})
