/** Whoever else is told what moderators order: at once, and without being waited for. Nobody, unless a layer gives one. */
import { Context } from "effect"
import type { AuditEntry } from "./Audit.ts"

export interface OrderWitness {
  ordered(entry: AuditEntry): void
}

export const OrderWitness = Context.Reference<OrderWitness | undefined>("hubbub/moderation/OrderWitness", {
  defaultValue: () => undefined
})
