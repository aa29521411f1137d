/** What of moderators' orders is in force, as records: a ban, a mute or half a room's rule each. */
import { Effect, Option, Schema } from "effect"
import type { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"
import type { StoreUnavailable } from "../store/MessageStore.ts"
import type { Record, RecordStore } from "../store/RecordStore.ts"
import type { Line } from "./Ledger.ts"
import { RulePart } from "./RoomRules.ts"
import { Sanction } from "./Sanction.ts"

export type SanctionKind = "ban" | "mute"

export interface KeptOrders {
  readonly ban: ReadonlyArray<Sanction>
  readonly mute: ReadonlyArray<Sanction>
  readonly rules: ReadonlyArray<RulePart>
}

/** Records that are read at a time. */
const PAGE = 1000

const partitions = { ban: "moderation bans", mute: "moderation mutes" } as const
const RULES = "moderation rooms"

const encodeSanction = Schema.encodeSync(Schema.fromJsonString(Sanction))
const encodeRule = Schema.encodeSync(Schema.fromJsonString(RulePart))
const decodeSanction = Schema.decodeUnknownOption(Schema.fromJsonString(Sanction))
const decodeRule = Schema.decodeUnknownOption(Schema.fromJsonString(RulePart))

const placeOf = (userId: UserId, roomId: RoomId | undefined) => JSON.stringify([userId, roomId ?? null])

/** The record of a sanction. */
export const sanctionLine = (kind: SanctionKind, sanction: Sanction): Line => ({
  pk: partitions[kind],
  sk: placeOf(sanction.userId, sanction.roomId),
  value: encodeSanction(sanction),
  expiresAt: sanction.until
})

/** That there is no sanction any more. */
export const liftedLine = (kind: SanctionKind, userId: UserId, roomId: RoomId | undefined): Line => ({
  pk: partitions[kind],
  sk: placeOf(userId, roomId)
})

/** The record of half a room's rule, which is none if as usual. Each half has its own, so that neither is written without being known. */
export const ruleLine = (part: RulePart): Line => {
  const slow = "slowModeSeconds" in part
  const unusual = slow ? part.slowModeSeconds > 0 : part.frozen
  const place = { pk: RULES, sk: `${slow ? "slow" : "frozen"} ${part.roomId}` }
  return unusual ? { ...place, value: encodeRule(part) } : place
}

/** Everything that is kept. A record that cannot be read is logged and left out. */
export const keptOrders = (records: RecordStore["Service"]): Effect.Effect<KeptOrders, StoreUnavailable> => {
  const all = Effect.fnUntraced(function* <A>(pk: string, decode: (value: unknown) => Option.Option<A>) {
    const found: Array<A> = []
    let after: string | undefined
    do {
      const page: ReadonlyArray<Record> = yield* records.list({ pk, after, limit: PAGE })
      for (const { sk, value } of page) {
        const read = decode(value)
        if (Option.isSome(read)) found.push(read.value)
        else yield* Effect.logError("a record of moderation cannot be read", { pk, sk })
      }
      after = page.length < PAGE ? undefined : page.at(-1)?.sk
    } while (after !== undefined)
    return found
  })
  return Effect.all({
    ban: all(partitions.ban, decodeSanction),
    mute: all(partitions.mute, decodeSanction),
    rules: all(RULES, decodeRule)
  })
}
