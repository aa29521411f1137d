/** An entry as an item of the table, and back. Room, epoch and seq are in the key; everything else is an attribute. */
import { Effect, Schema } from "effect"
import { MessageId } from "../../domain/MessageId.ts"
import { Seq } from "../../domain/Position.ts"
import { RoomId } from "../../domain/RoomId.ts"
import { UserId } from "../../domain/UserId.ts"
import type { Entry } from "../../log/Entry.ts"
import { type Item, keyItem, keyOf } from "./DynamoDbClient.ts"
import { indexKey, messageKey, placeOfKey } from "./dynamoDbKeys.ts"
import { StoreUnavailable } from "../MessageStore.ts"

const decode = Schema.decodeUnknownOption(
  Schema.Struct({
    roomId: RoomId,
    epoch: Seq,
    seq: Seq,
    userId: UserId,
    messageId: MessageId,
    at: Schema.Int,
    json: Schema.String
  })
)

export const entryItem = (entry: Entry): Item => {
  const { gsi1pk, gsi1sk } = indexKey(entry)
  return {
    ...keyItem(messageKey(entry)),
    gsi1pk: { S: gsi1pk },
    gsi1sk: { S: gsi1sk },
    userId: { S: entry.userId },
    messageId: { S: entry.messageId },
    at: { N: String(entry.at) },
    json: { S: entry.json }
  }
}

/** Fails, rather than leave a hole in history, for an item that this program did not write. */
export const entryOf = (item: Item): Effect.Effect<Entry, StoreUnavailable> => {
  const key = keyOf(item)
  const entry = decode({
    ...placeOfKey(key),
    userId: item["userId"]?.S,
    messageId: item["messageId"]?.S,
    at: Number(item["at"]?.N),
    json: item["json"]?.S
  })
  return Effect.mapError(
    Effect.fromOption(entry),
    () => new StoreUnavailable({ reason: `the item ${key.pk} ${key.sk} in DynamoDB is not a message` })
  )
}
