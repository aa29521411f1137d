/** What went wrong with a call to DynamoDB, in the few kinds that are treated differently. Never carries what was written or read. */
import { Data } from "effect"

export class DynamoDbFailure extends Data.TaggedError("DynamoDbFailure")<{
  /**
   * `transient`: the same call may succeed soon. `missing`: there is no such table. `denied`: credentials or permissions. `refused`: the
   * call as such is not accepted.
   */
  readonly kind: "transient" | "missing" | "denied" | "refused"
  /** One line for operators. */
  readonly reason: string
}> {
  override get message() {
    return this.reason
  }
}

const DENIED = new Set([
  "AccessDeniedException",
  "CredentialsProviderError",
  "ExpiredToken",
  "ExpiredTokenException",
  "IncompleteSignature",
  "IncompleteSignatureException",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "MissingAuthenticationToken",
  "MissingAuthenticationTokenException",
  "OptInRequired",
  "TokenProviderError",
  "UnrecognizedClientException"
])

const line = (text: string) => text.replaceAll(/\s+/g, " ").trim()

/** A validation message may quote what was sent: it is cut where a quotation begins. */
const unquoted = (text: string) => line(text.split(/['"{[]/, 1)[0] ?? "")

const statusOf = (error: Error): number | undefined => {
  const metadata: unknown = "$metadata" in error ? error.$metadata : undefined
  if (typeof metadata !== "object" || metadata === null || !("httpStatusCode" in metadata)) return undefined
  return typeof metadata.httpStatusCode === "number" ? metadata.httpStatusCode : undefined
}

/** Says what an error of the SDK means. */
export const failureOf = (error: unknown): DynamoDbFailure => {
  if (!(error instanceof Error)) return new DynamoDbFailure({ kind: "transient", reason: "DynamoDB call failed" })
  const { message, name } = error
  if (name === "ResourceNotFoundException") return new DynamoDbFailure({ kind: "missing", reason: line(message) })
  if (name === "ValidationException") {
    return new DynamoDbFailure({ kind: "refused", reason: `${name}: ${unquoted(message)}` })
  }
  if (DENIED.has(name)) return new DynamoDbFailure({ kind: "denied", reason: line(`${name}: ${message}`) })
  const transient = (reason: string) => new DynamoDbFailure({ kind: "transient", reason })
  // an exception that the service itself raised: throttling, a failure of its own
  if ("$fault" in error) return transient(line(`${name}: ${message}`))
  if ("code" in error && error.code === "ETIMEDOUT") return transient("DynamoDB did not answer in time")
  if ("code" in error && typeof error.code === "string")
    return transient(`connection to DynamoDB failed: ${error.code}`)
  const status = statusOf(error)
  // the message of a syntax error quotes the answer
  return transient(
    status === undefined ? `DynamoDB call failed: ${name}` : `DynamoDB answered HTTP ${status}, unreadable`
  )
}
