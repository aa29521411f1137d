/** Whom the server calls of its own accord. */
import type { Redacted } from "effect"
import { type AddressRange, addressRanges } from "../outbound/addressRange.ts"
import { secretText } from "../outbound/signed.ts"
import { targetText } from "../outbound/Target.ts"
import { WEBHOOK_EVENTS, type WebhookEventType, webhookEvents } from "../outbound/WebhookEvent.ts"
import { choice, flag, type Setting, whole } from "./Setting.ts"

const webhookUrl: Setting<Redacted.Redacted> = {
  variable: "WEBHOOK_URL",
  fallback: "",
  allowed: "an https URL without credentials such as https://example.com/hook, or nothing",
  doc: "Is told of events, signed and at least once. What waits to be told is kept in memory only.",
  secret: true,
  read: targetText
}

const webhookSecret: Setting<Redacted.Redacted> = {
  variable: "WEBHOOK_SECRET",
  fallback: "",
  allowed: "32 bytes or more, or nothing where there is no WEBHOOK_URL",
  doc: "Signs what WEBHOOK_URL and PUBLISH_HOOK_URL are sent; the former must have it.",
  secret: true,
  read: secretText
}

const webhookTypes: Setting<ReadonlyArray<WebhookEventType>> = {
  variable: "WEBHOOK_EVENTS",
  fallback: WEBHOOK_EVENTS.join(),
  allowed: `one or more of ${WEBHOOK_EVENTS.join(", ")}, separated by commas`,
  doc: "What WEBHOOK_URL is told of.",
  read: webhookEvents
}

const outboundAllow: Setting<ReadonlyArray<AddressRange>> = {
  variable: "OUTBOUND_ALLOW",
  fallback: "",
  allowed: "ranges of addresses separated by commas, such as 10.1.0.0/16,fd00::/8, or nothing",
  doc: "Addresses that are not public and may be called all the same.",
  read: addressRanges
}

const publishHookUrl: Setting<Redacted.Redacted> = {
  variable: "PUBLISH_HOOK_URL",
  fallback: "",
  allowed: "an https URL without credentials such as https://example.com/check, or nothing",
  doc: "Is asked about each message before anyone sees it, and may reject or rewrite it.",
  secret: true,
  read: targetText
}

export const outboundSettings = {
  webhookUrl,
  webhookSecret,
  webhookEvents: webhookTypes,
  webhookAllowHttp: flag(
    "WEBHOOK_ALLOW_HTTP",
    false,
    "Whether WEBHOOK_URL and PUBLISH_HOOK_URL may be http, which anyone on the way can read and change."
  ),
  outboundAllow,
  publishHookUrl,
  publishHookTimeoutMs: whole(
    "PUBLISH_HOOK_TIMEOUT_MS",
    1000,
    50,
    5000,
    "Milliseconds a message waits for PUBLISH_HOOK_URL at most."
  ),
  publishHookFail: choice(
    "PUBLISH_HOOK_FAIL",
    "closed",
    ["open", "closed"],
    "What becomes of a message when PUBLISH_HOOK_URL is away, slow or answers nonsense: open publishes it, closed rejects it."
  )
} as const
