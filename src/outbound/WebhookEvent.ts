/** What a webhook is told of. */
export const WEBHOOK_EVENTS = ["message", "join", "leave", "moderation"] as const
export type WebhookEventType = (typeof WEBHOOK_EVENTS)[number]

export interface WebhookEvent {
  readonly type: WebhookEventType
  readonly roomId: string
  /** When it happened: UTC with milliseconds. */
  readonly at: string
  /** JSON. */
  readonly data: object
}

/** The types in a list separated by commas, or nothing where one of them is none. */
export const webhookEvents = (text: string): ReadonlyArray<WebhookEventType> | undefined => {
  const types = new Set<WebhookEventType>()
  for (const entry of text.split(",")) {
    const type = WEBHOOK_EVENTS.find((one) => one === entry.trim())
    if (type === undefined) return undefined
    types.add(type)
  }
  return [...types]
}
