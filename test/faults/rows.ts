/** What a store has, read past the server: from SQLite's file, or from every item of the table. */
import { existsSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { type AttributeValue, DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb"
import type { Message } from "../../src/domain/Message.ts"

/** A stored message. */
export interface Row {
  readonly roomId: string
  readonly epoch: number
  readonly seq: number
  readonly id: string
  readonly userId: string
  readonly content: string
}

/** Each room's rows by position. */
export type Rows = ReadonlyMap<string, ReadonlyArray<Row>>

const byRoom = (rows: ReadonlyArray<Row>): Rows => {
  const rooms = new Map<string, Array<Row>>()
  for (const row of rows) {
    const found = rooms.get(row.roomId)
    if (found === undefined) rooms.set(row.roomId, [row])
    else found.push(row)
  }
  for (const found of rooms.values()) found.sort((a, b) => a.epoch - b.epoch || a.seq - b.seq)
  return rooms
}

/** A row whose columns and whose text do not agree is an error of its own. */
const rowOf = (roomId: string, epoch: number, seq: number, json: string): Row => {
  const message: Message = JSON.parse(json)
  if (message.roomId !== roomId || message.seq !== seq) {
    throw new Error(`the store has ${message.roomId} ${message.seq} under ${roomId} ${epoch}/${seq}`)
  }
  return { roomId, epoch, seq, id: message.messageId, userId: message.userId, content: message.content }
}

export const sqliteRows = (file: string): Rows => {
  if (!existsSync(file)) return new Map()
  const database = new DatabaseSync(file, { readOnly: true, timeout: 2000 })
  try {
    const rows = database.prepare("SELECT room, epoch, seq, json FROM messages").all()
    return byRoom(
      rows.map(({ epoch, json, room, seq }) => rowOf(String(room), Number(epoch), Number(seq), String(json)))
    )
  } finally {
    database.close()
  }
}

/** Credentials that an emulator takes; any do. */
export const emulatorCredentials = { accessKeyId: "local", secretAccessKey: "local" } as const

export const dynamoDbRows = async (endpoint: string, table: string): Promise<Rows> => {
  const client = new DynamoDBClient({ endpoint, region: "us-east-1", credentials: emulatorCredentials })
  try {
    const rows: Array<Row> = []
    let start: Record<string, AttributeValue> | undefined
    do {
      const page = await client.send(new ScanCommand({ TableName: table, ExclusiveStartKey: start }))
      for (const { json, pk, sk } of page.Items ?? []) {
        const [, roomId, epoch] = /^R#([^#]+)#(\d+)#\d+$/.exec(pk?.S ?? "") ?? []
        const [, seq] = /^M#(\d+)$/.exec(sk?.S ?? "") ?? []
        if (roomId === undefined || seq === undefined) continue
        rows.push(rowOf(roomId, Number(epoch), Number(seq), json?.S ?? ""))
      }
      start = page.LastEvaluatedKey
    } while (start !== undefined)
    return byRoom(rows)
  } catch (error) {
    // a store that was away from the start has no table yet
    if (error instanceof Error && error.name === "ResourceNotFoundException") return new Map()
    throw error
  } finally {
    client.destroy()
  }
}
