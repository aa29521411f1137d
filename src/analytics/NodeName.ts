/** What a process's own rollups are known by, over its restarts: two processes never share one. */
import { createHash } from "node:crypto"
import { Context, Effect, Layer, Redacted } from "effect"
import { keyFile } from "../store/keyFile.ts"

export class NodeName extends Context.Service<NodeName, string>()("hubbub/analytics/NodeName") {
  /** For rollups that nobody else can see. */
  static readonly layerAlone = Layer.succeed(NodeName, "alone")

  /** Made with the first use, and kept in `file`. */
  static readonly layerFile = (file: string) =>
    Layer.effect(
      NodeName,
      Effect.map(keyFile(file), (key) => createHash("sha256").update(Redacted.value(key)).digest("hex").slice(0, 12))
    )
}
