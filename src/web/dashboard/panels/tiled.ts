/** Those that are on a tile as well are asked for with the period before, so that they are asked for once. */
export const TILED: ReadonlySet<string> = new Set([
  "messages",
  "engagedUsers",
  "connections",
  "latencyP95Ms",
  "delivered",
  "expected",
  "rejected"
])
