/** What clients may do, and what is kept in memory for them. */
import { decimal, flag, whole } from "./Setting.ts"

const DAY = 86_400_000
const MAX_BYTES = 2 ** 30

export const chatSettings = {
  ratePerSec: decimal(
    "RATE_LIMIT_PER_SEC",
    5,
    0,
    1_000_000,
    "Messages a second per user over all their connections; 0 for no limit."
  ),
  rateBurst: whole("RATE_LIMIT_BURST", 10, 1, 1_000_000, "Messages of one user that may come at once."),
  joinsPerSec: decimal(
    "JOIN_LIMIT_PER_SEC",
    5,
    0,
    1_000_000,
    "Joins a second per user over all their connections; 0 for no limit."
  ),
  joinsBurst: whole("JOIN_LIMIT_BURST", 20, 1, 1_000_000, "Joins of one user that may come at once."),
  roomsPerMinute: decimal(
    "NEW_ROOMS_PER_MIN",
    30,
    0,
    1_000_000,
    "Rooms a user may enter per minute in which nothing was ever said; as many may come at once; 0 for no limit."
  ),
  refusals: whole(
    "ABUSE_REFUSALS",
    100,
    0,
    1_000_000,
    "Refused frames a connection may pile up (a minute regains them) before it is closed 4503; 0 for any number."
  ),
  maxRooms: whole(
    "MAX_ROOMS",
    100_000,
    1,
    10_000_000,
    "Rooms in memory, those that were left lately among them; beyond, whoever enters another one is answered overloaded."
  ),
  roomsPerConnection: whole("ROOMS_PER_CONNECTION", 128, 1, 100_000, "Rooms one connection may be in."),
  maxFrameBytes: whole(
    "MAX_FRAME_BYTES",
    16_384,
    1024,
    2 ** 24,
    "Bytes of one frame from a client; a larger one closes 1009."
  ),
  maxFragments: whole("MAX_FRAGMENTS", 64, 1, 10_000, "Fragments of one message from a client."),
  headersTimeoutMs: whole(
    "HEADERS_TIMEOUT_MS",
    5000,
    100,
    600_000,
    "Milliseconds a request may take to send its headers."
  ),
  closeTimeoutMs: whole(
    "CLOSE_TIMEOUT_MS",
    1000,
    10,
    60_000,
    "Milliseconds a client may take to answer a close before the line is cut."
  ),
  pingIntervalMs: whole("PING_INTERVAL_MS", 25_000, 50, DAY, "Milliseconds between two pings of one connection."),
  pingGraceMs: whole("PING_GRACE_MS", 10_000, 10, DAY, "Milliseconds the second unanswered ping is given before 4000."),
  mailboxBytes: whole(
    "MAILBOX_BYTES",
    1_048_576,
    1024,
    MAX_BYTES,
    "Bytes of answers that may wait for one client before it is closed 4001."
  ),
  unsentBytes: whole(
    "UNSENT_BYTES",
    65_536,
    1024,
    MAX_BYTES,
    "Unsent bytes above which a client leaves the fast path."
  ),
  stallTimeoutMs: whole(
    "STALL_TIMEOUT_MS",
    10_000,
    10,
    DAY,
    "Milliseconds a client may take nothing before it is closed 4001."
  ),
  hubInbox: whole(
    "HUB_INBOX",
    65_536,
    1,
    10_000_000,
    "Commands that may wait for the hub; beyond, senders are answered overloaded."
  ),
  roomLogMessages: whole("ROOM_LOG_MESSAGES", 8192, 16, 10_000_000, "Recent messages of one room kept in memory."),
  roomLogBytes: whole(
    "ROOM_LOG_BYTES",
    4_194_304,
    1024,
    MAX_BYTES,
    "Bytes of recent messages of one room kept in memory (the newest 1,024 always are)."
  ),
  roomLogBurstMs: whole(
    "ROOM_LOG_BURST_MS",
    5000,
    0,
    600_000,
    "Milliseconds a message stays in memory beyond both, up to 8 times the bytes, so that a burst does not outrun its readers."
  ),
  resumeMaxBytes: whole(
    "RESUME_MAX_BYTES",
    33_554_432,
    1024,
    MAX_BYTES,
    "Bytes of missed messages a client is given when it resumes; who missed more starts afresh and pages back."
  ),
  roomEmptyMs: whole(
    "ROOM_EMPTY_MS",
    600_000,
    100,
    30 * DAY,
    "Milliseconds after which a room nobody is in leaves memory."
  ),
  historyOnJoin: whole("HISTORY_ON_JOIN", 50, 0, 200, "Recent messages given on a join that does not say how many."),
  presence: flag("PRESENCE", true, "Whether rooms tell who comes and goes.")
} as const
