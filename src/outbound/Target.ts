/** An address that the server calls out to. Its path and query may hold a key, so that only its host is ever shown. */
import { isIP } from "node:net"
import { Data, Redacted } from "effect"
import type { AddressRules } from "./AddressRules.ts"

/** The URL of this variable is not called. Stops the start; one line for an operator, without the URL. */
export class TargetRefused extends Data.TaggedError("TargetRefused")<{
  readonly variable: string
  readonly why: string
}> {
  override get message() {
    return `${this.variable} cannot be called: ${this.why}`
  }
}

/** The host that a URL leads to: a name, or an address without brackets. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, "")

/** The target that a text stands for, or nothing: an http or https URL without credentials or fragment. */
const parseTarget = (text: string): URL | undefined => {
  // `URL` would forgive these and read something else than what is seen
  if (/[\s\p{Cc}\\#]/u.test(text) || !/^https?:\/\/[^/]/i.test(text)) return undefined
  // credentials, and `user@` or `:@` with nothing in them, which leave no trace in the parsed URL
  if (/^https?:\/\/[^/?]*@/i.test(text)) return undefined
  return URL.parse(text) ?? undefined
}

/** A text for a setting: kept secret, as its path may hold a key. */
export const targetText = (text: string): Redacted.Redacted | undefined =>
  text === "" || parseTarget(text) !== undefined ? Redacted.make(text) : undefined

export interface TargetRules {
  readonly addresses: AddressRules
  /** Whether plain http will do. */
  readonly allowHttp: boolean
}

/** The target, or why it is refused as far as can be told before its name is looked up. */
export const checkedTarget = (variable: string, text: string, rules: TargetRules): URL | TargetRefused => {
  const target = parseTarget(text)
  if (target === undefined)
    return new TargetRefused({ variable, why: "it is no http or https URL without credentials" })
  if (target.protocol !== "https:" && !rules.allowHttp) {
    return new TargetRefused({ variable, why: "it is not https; WEBHOOK_ALLOW_HTTP=true allows http" })
  }
  if (isIP(hostOf(target)) !== 0 && !rules.addresses.permits(hostOf(target))) {
    return new TargetRefused({ variable, why: "its address is not public; OUTBOUND_ALLOW lists exceptions" })
  }
  return target
}
