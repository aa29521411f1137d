/** Log lines: one JSON object a line for machines, colours for people. What people write in rooms never gets here. */
import { Cause, Layer, Logger, References } from "effect"

const levels: Record<string, string> = { Debug: "debug", Info: "info", Warn: "warn", Error: "error", Fatal: "error" }

const messageOf = (message: unknown): { readonly msg: string; readonly fields: Record<string, unknown> } => {
  const parts = Array.isArray(message) ? message : [message]
  const said: Array<string> = []
  const fields: Record<string, unknown> = {}
  for (const part of parts) {
    if (typeof part === "string") said.push(part)
    else if (part instanceof Error) fields["error"] = part.stack ?? part.message
    else if (typeof part === "object" && part !== null) fields[said.length === 0 ? "value" : "with"] = part
    else said.push(String(part))
  }
  const given = fields["with"]
  if (typeof given === "object" && given !== null) {
    delete fields["with"]
    return { msg: said.join(" "), fields: { ...given, ...fields } }
  }
  return { msg: said.join(" "), fields }
}

/** What some terminals and viewers take for a command or the end of a line, and JSON leaves as it is. */
const FORGING = /[\x7f-\x9f\u2028\u2029]/g
const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`

/** `{"ts":…,"level":…,"msg":…,…}`: one event is one line whatever is in it. */
const json = Logger.make(({ cause, date, fiber, logLevel, message }) => {
  const { fields, msg } = messageOf(message)
  const annotations = fiber.getRef(References.CurrentLogAnnotations)
  return JSON.stringify({
    ts: date.toISOString(),
    level: levels[logLevel] ?? "debug",
    msg,
    ...annotations,
    ...fields,
    ...(cause.reasons.length === 0 ? {} : { cause: Cause.pretty(cause) })
  }).replace(FORGING, escaped)
})

const severities = { debug: "Debug", info: "Info", warn: "Warn", error: "Error" } as const

export interface LogOptions {
  readonly level: keyof typeof severities
  readonly format: "auto" | "json" | "pretty"
}

export const layer = ({ format, level }: LogOptions) => {
  const pretty = format === "pretty" || (format === "auto" && process.stdout.isTTY)
  return Layer.mergeAll(
    Logger.layer([pretty ? Logger.consolePretty() : Logger.withConsoleLog(json)]),
    Layer.succeed(References.MinimumLogLevel, severities[level])
  )
}
