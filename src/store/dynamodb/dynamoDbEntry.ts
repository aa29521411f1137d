/** An entry as an item of the table, and back. Room, epoch and seq are in the key; everything else is an attribute. */
import { Effect, Schema } from "effect"
import { MessageId } from "../../domain/MessageId.ts"
import { Seq } from "../../domain/Position.ts"
import { RoomId } from "../../domain/RoomId.ts"
import { UserId } from "../../domain/UserId.ts"
import type { Entry } from "../../log/Entry.ts"
import type { UpdateItemCommandInput } from "@aws-sdk/client-dynamodb"
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
    json: Schema.String,
    revision: Schema.optionalKey(Schema.Int)
  })
)

/** Everything but the key. */
const attributes = (entry: Entry): Item => {
  const { gsi1pk, gsi1sk } = indexKey(entry)
  return {
    gsi1pk: { S: gsi1pk },
    gsi1sk: { S: gsi1sk },
    userId: { S: entry.userId },
    messageId: { S: entry.messageId },
    at: { N: String(entry.at) },
    json: { S: entry.json }
  }
}

/** A message as it was said. */
export const entryItem = (entry: Entry): Item => ({ ...keyItem(messageKey(entry)), ...attributes(entry) })

/** Puts a changed message in the place of one that was changed less, or of none. */
export const entryChange = (entry: Entry): Omit<UpdateItemCommandInput, "TableName" | "Key"> => {
  const all = Object.entries({ ...attributes(entry), revision: { N: String(entry.revision ?? 0) } })
  return {
    UpdateExpression: `SET ${all.map(([name]) => `#${name} = :${name}`).join(", ")}`,
    ConditionExpression: "attribute_not_exists(#revision) OR #revision < :revision",
    // names stand for attributes, of which any might be a word of the language
    ExpressionAttributeNames: Object.fromEntries(all.map(([name]) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(all.map(([name, value]) => [`:${name}`, value]))
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
    json: item["json"]?.S,
    ...(item["revision"] === undefined ? {} : { revision: Number(item["revision"].N) })
  })
  return Effect.mapError(
    Effect.fromOption(entry),
    () => new StoreUnavailable({ reason: `the item ${key.pk} ${key.sk} in DynamoDB is not a message` })
  )
}
