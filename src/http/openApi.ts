/** The OpenAPI document, where the schemas that requests are read with do not say all that there is to say. */

type Json = Readonly<Record<string, unknown>>

const isRecord = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

const WHOLE: Readonly<Record<string, object>> = {
  limit: { type: "integer", minimum: 1, maximum: 200, default: 50 },
  offset: { type: "integer", minimum: 0, default: 0 }
}
/** Parameters that cannot be left out, by operation; a request without them is refused by hand, too. */
const REQUIRED: Readonly<Record<string, ReadonlyArray<string>>> = {
  getTimeseries: ["metric"],
  exportReport: ["report"]
}

/**
 * Parameters are read by hand, so their schemas let everything through: the first of what they allow is what is meant. What is said of
 * a parameter is said beside its schema, where tools look for it.
 */
const parameterOf = (parameter: unknown, required: ReadonlyArray<string>): unknown => {
  if (!isRecord(parameter) || !isRecord(parameter["schema"])) return parameter
  const { anyOf, description, ...plain } = parameter["schema"]
  const name = String(parameter["name"])
  const meant: unknown = Array.isArray(anyOf) ? anyOf[0] : undefined
  return {
    ...parameter,
    ...(required.includes(name) ? { required: true } : {}),
    ...(description === undefined ? {} : { description }),
    schema: WHOLE[name] ?? (isRecord(meant) ? meant : plain)
  }
}

const operationOf = (operation: unknown): unknown => {
  if (!isRecord(operation) || !Array.isArray(operation["parameters"])) return operation
  const required = REQUIRED[String(operation["operationId"])] ?? []
  return { ...operation, parameters: operation["parameters"].map((one: unknown) => parameterOf(one, required)) }
}

const each = (record: unknown, change: (value: unknown) => unknown): unknown =>
  isRecord(record) ? Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)])) : record

/** The document with parameters as they are meant. */
export const documented = (document: Json): Record<string, unknown> => ({
  ...document,
  paths: each(document["paths"], (path) => each(path, operationOf))
})
