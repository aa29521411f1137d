import { randomUUID } from "node:crypto"
import type { MessageId } from "../domain/MessageId.ts"

/** An id for a message whose sender gave none. Not checked again: what `randomUUID` makes is a UUID, and checking costs more than making. */
export const freshMessageId = (): MessageId => randomUUID() as string as MessageId
