/** The OpenAPI document, where the schemas that requests are read with do not say all that there is to say. */

type Json = Readonly<Record<string, unknown>>

const isRecord = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

const each = (record: Json, change: (value: unknown, key: string) => unknown): Json =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]))

const WHOLE: Readonly<Record<string, object>> = {
  limit: { type: "integer", minimum: 1, maximum: 200, default: 50 },
  offset: { type: "integer", minimum: 0, default: 0 }
}
/** Parameters that cannot be left out, by operation; a request without them is refused by hand, too. */
const REQUIRED: Readonly<Record<string, ReadonlyArray<string>>> = {
  searchRoom: ["q"],
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

const header = (description: string) => ({ description, schema: { type: "string" } })

/** Answers that have nothing to do with what a route is for. */
const always: Readonly<Record<string, Json>> = {
  401: {
    description: "No token where one is needed, or one that is not taken; or an API key that is not known",
    headers: { "WWW-Authenticate": header("why a token is not taken (RFC 6750)") }
  },
  403: { description: "This is not for whoever the token is of" },
  429: {
    description: "Too many requests from this address; try again after `Retry-After` seconds",
    headers: { "Retry-After": header("seconds") }
  }
}

const SCHEMES = {
  bearer: {
    type: "http",
    scheme: "bearer",
    description: "A token (JWT), where tokens are on, or an API key."
  },
  apiKey: { type: "apiKey", in: "header", name: "X-API-Key", description: "An API key, which is that of an admin." }
}

/** What is answered to nobody without a role, which takes a token or a key even in open mode. */
const isRuling = (path: string) => path.startsWith("/api/admin/") || /^\/api\/moderation(?:\/|$)/.test(path)

/** Ways to be somebody; in open mode nobody needs to be, but for what is of admins and moderators. */
const securityOf = (path: string): ReadonlyArray<Json> => {
  if (!path.startsWith("/api/")) return []
  const somebody = [{ bearer: [] }, { apiKey: [] }]
  return isRuling(path) ? somebody : [...somebody, {}]
}

/** Without what is said of it for one answer alone. */
const plain = (media: unknown): unknown => {
  if (!isRecord(media) || !isRecord(media["schema"])) return media
  const said = Object.entries(media["schema"]).filter(([key]) => key !== "description")
  return { ...media, schema: Object.fromEntries(said) }
}

/** Problems are all of one shape, which each operation has one of already. */
const answersOf = (responses: Json): Json => {
  const refused = isRecord(responses["400"]) ? responses["400"]["content"] : undefined
  const content = isRecord(refused) ? each(refused, plain) : {}
  return { ...each(always, (answer) => (isRecord(answer) ? { ...answer, content } : answer)), ...responses }
}

const operationOf = (operation: unknown, path: string): unknown => {
  if (!isRecord(operation) || !Array.isArray(operation["parameters"]) || !isRecord(operation["responses"])) {
    return operation
  }
  const required = REQUIRED[String(operation["operationId"])] ?? []
  return {
    ...operation,
    parameters: operation["parameters"].map((one: unknown) => parameterOf(one, required)),
    security: securityOf(path),
    responses: path.startsWith("/api/") ? answersOf(operation["responses"]) : operation["responses"]
  }
}

/** The document with parameters as they are meant, and with what is the same for all routes. */
export const documented = (document: Json): Record<string, unknown> => {
  const { components, paths } = document
  return {
    ...document,
    components: { ...(isRecord(components) ? components : {}), securitySchemes: SCHEMES },
    paths: each(isRecord(paths) ? paths : {}, (operations, path) =>
      each(isRecord(operations) ? operations : {}, (operation) => operationOf(operation, path))
    )
  }
}
