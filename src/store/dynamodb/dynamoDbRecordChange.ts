/** What one put of a record changes in its item, and on what condition. */
import type { UpdateItemCommandInput } from "@aws-sdk/client-dynamodb"
import type { RecordDraft } from "../RecordStore.ts"

/** Names stand for attributes, of which any might be a word of the language. */
const NAMES = {
  "#value": "value",
  "#writer": "writer",
  "#version": "version",
  "#expiresAt": "expiresAt",
  "#ttl": "ttl"
}

const LIVE = "(attribute_not_exists(#expiresAt) OR #expiresAt > :now)"

const number = (n: number) => ({ N: String(n) })

/** The version, and the condition under which it becomes that. */
const stepOf = (expected: number | undefined, now: number) => {
  const at = { ":now": number(now) }
  switch (expected) {
    case undefined:
      return {
        version: "if_not_exists(#version, :zero) + :one",
        // not twice by one write whose answer was lost
        condition: `attribute_not_exists(pk) OR (${LIVE} AND #writer <> :writer)`,
        values: { ...at, ":zero": number(0), ":one": number(1) }
      }
    case 0:
      return {
        version: ":next",
        // what expired may not be deleted yet
        condition: "attribute_not_exists(pk) OR #expiresAt <= :now",
        values: { ...at, ":next": number(1) }
      }
    default:
      return {
        version: ":next",
        condition: `#version = :expected AND ${LIVE}`,
        values: { ...at, ":expected": number(expected), ":next": number(expected + 1) }
      }
  }
}

/**
 * Puts a record in the place of one that has the expected version, of none or an expired one where that is 0, and of none or any that did
 * not expire where it is left out. `writer` marks the write.
 */
export const recordChange = (
  { expiresAt, value }: RecordDraft,
  writer: string,
  expected: number | undefined,
  now: number
): Omit<UpdateItemCommandInput, "TableName" | "Key"> => {
  const step = stepOf(expected, now)
  const set = `SET #value = :value, #writer = :writer, #version = ${step.version}`
  const own = { ":value": { S: value }, ":writer": { S: writer }, ...step.values }
  return {
    ConditionExpression: step.condition,
    ReturnValues: "UPDATED_NEW",
    ExpressionAttributeNames: NAMES,
    ...(expiresAt === undefined
      ? { UpdateExpression: `${set} REMOVE #expiresAt, #ttl`, ExpressionAttributeValues: own }
      : {
          UpdateExpression: `${set}, #expiresAt = :expiresAt, #ttl = :ttl`,
          ExpressionAttributeValues: {
            ...own,
            ":expiresAt": number(expiresAt),
            // in seconds, and not before the record is gone
            ":ttl": number(Math.ceil(expiresAt / 1000))
          }
        })
  }
}
