/** The listings of what moderators did, as they have cursors. */
import { Schema } from "effect"
import { AuditPlace } from "../../moderation/Audit.ts"
import { RulePlace } from "../../moderation/RoomRules.ts"
import { SanctionPlace } from "../../moderation/Sanction.ts"
import type { Track } from "../Cursors.ts"

const track = <P>(kind: number, scope: string, place: Schema.Codec<P, unknown>): Track<P> => ({
  kind,
  scope,
  decode: Schema.decodeResult(Schema.fromJsonString(place))
})

export const bansTrack = track(21, "bans", SanctionPlace)
export const mutesTrack = track(22, "mutes", SanctionPlace)
export const rulesTrack = track(23, "room rules", RulePlace)
export const auditTrack = track(24, "audit", AuditPlace)
