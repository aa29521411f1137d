/** A message's UUID, made by its sender or else by the server: the idempotency key of a send. */
import { Schema } from "effect"

/** Any UUID version, either case (RFC 9562: compare without case). */
export const MessageId = Schema.String.check(
  Schema.isPattern(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i, {
    message: "messageId must be a UUID"
  })
).pipe(Schema.brand("MessageId"))
export type MessageId = typeof MessageId.Type
