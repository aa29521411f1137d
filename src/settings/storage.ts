/** What outlives the process, and where. */
import { choice, secret, text, whole } from "./Setting.ts"

const MAX_BYTES = 2 ** 30

export const storageSettings = {
  durability: choice(
    "DURABILITY",
    "journal",
    ["journal", "fsync", "store", "memory"],
    "What an acknowledged message survives: journal the process, fsync a power cut, store the disk, memory nothing."
  ),
  dataDir: text(
    "DATA_DIR",
    "./data",
    /^\P{Cc}{1,4096}$/u,
    "a path",
    "Directory for the journal and the embedded store, made if it is missing. One process each."
  ),
  store: choice(
    "STORE",
    "sqlite",
    ["sqlite", "dynamodb"],
    "Where history is kept: sqlite is a file in DATA_DIR, dynamodb a table."
  ),
  dynamoDbEndpoint: text(
    "DYNAMODB_ENDPOINT",
    "",
    /^(https?:\/\/[^\s/]+\/?)?$/,
    "a URL such as http://localhost:8000, or nothing for AWS",
    "Where DynamoDB is, when it is not AWS; the table is made there if it is missing."
  ),
  dynamoDbRegion: text(
    "DYNAMODB_REGION",
    "us-east-1",
    /^[a-z0-9-]{1,64}$/,
    "a region such as us-east-1",
    "Region of the table. Credentials come from where AWS tools look: AWS_ACCESS_KEY_ID, a profile, the task's role."
  ),
  dynamoDbTable: text(
    "DYNAMODB_TABLE",
    "hubbub",
    /^[a-zA-Z0-9_.-]{3,255}$/,
    "3 to 255 letters, digits, dots, dashes or underscores",
    "Name of the table."
  ),
  journalSegmentBytes: whole(
    "JOURNAL_SEGMENT_BYTES",
    67_108_864,
    65_536,
    MAX_BYTES,
    "Bytes after which the journal goes on in a new file; a file is deleted once the store has all of it."
  ),
  journalMaxBytes: whole(
    "JOURNAL_MAX_BYTES",
    4_294_967_296,
    65_536,
    2 ** 44,
    "Bytes that may wait in the journal for the store; beyond, senders are answered overloaded."
  ),
  cursorSecret: secret(
    "CURSOR_SECRET",
    "32 characters or more, or nothing",
    /^(.{32,})?$/,
    "Signs the cursors of history pages; without, a key is made and kept in DATA_DIR. Set it where several servers share a store."
  )
} as const
