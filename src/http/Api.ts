/** The HTTP contract: routes and shapes, no behaviour. */
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import { Schema } from "effect"
import { Snapshot } from "../analytics/Snapshot.ts"

/** The process is up. `storage` and `durability` say what an acknowledged message survives. */
const Health = Schema.Struct({
  status: Schema.Literal("ok"),
  clients: Schema.Int,
  rooms: Schema.Int,
  storage: Schema.Literals(["memory", "ok", "degraded", "unavailable"]),
  durability: Schema.Literals(["memory", "journal", "fsync", "store"]),
  uptimeSeconds: Schema.Int,
  version: Schema.String
})

/** Whether to send traffic here; 503 with a problem document when not. */
const Ready = Schema.Struct({ status: Schema.Literal("ready") })

class System extends HttpApiGroup.make("system", { topLevel: true })
  .add(HttpApiEndpoint.get("health", "/health", { success: Health }))
  .add(HttpApiEndpoint.get("ready", "/ready", { success: Ready })) {}

class Figures extends HttpApiGroup.make("analytics").add(
  HttpApiEndpoint.get("snapshot", "/api/analytics", { success: Snapshot })
) {}

export class Api extends HttpApi.make("hubbub").add(System).add(Figures) {}
