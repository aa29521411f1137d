/** The live figures of `GET /api/analytics`. Field names are fixed: others call them. */
import { Schema } from "effect"

const Count = Schema.Int
const Millis = Schema.NullOr(Schema.Finite)

const ActiveUser = Schema.Struct({
  clientId: Schema.String,
  userId: Schema.String,
  username: Schema.String,
  joinedAt: Schema.String
})

export const Snapshot = Schema.Struct({
  definitions: Schema.Int,
  computedAt: Schema.String,
  totalMessages: Count,
  activeConnections: Count,
  activeUsers: Count,
  peakConnections: Count,
  messagesPerMinute: Schema.Array(Count),
  latencyP50Ms: Millis,
  latencyP95Ms: Millis,
  latencyP99Ms: Millis,
  activeUserDetails: Schema.Array(ActiveUser),
  systemMessages: Count,
  delivered: Count,
  duplicates: Count,
  rejected: Schema.Record(Schema.String, Count),
  resumes: Count,
  resumesRecovered: Count,
  slowCloses: Count,
  ephemeralShed: Count,
  fiberRestarts: Count,
  uptimeSeconds: Count,
  serverStartTime: Schema.String
})
export type Snapshot = typeof Snapshot.Type
