/** A connection's token: what it allows, and until when. Connections of open mode have none. */
import type { ClientFrame } from "../domain/ClientFrame.ts"
import type { CloseReason } from "../domain/CloseReason.ts"
import { type ProtocolError, refusal } from "../domain/ProtocolError.ts"
import { analyticsRoom, anyDirect, anyGroup, type RoomId } from "../domain/RoomId.ts"
import type { Client, Seat } from "../hub/Client.ts"
import type { Claims } from "../identity/Claims.ts"
import type { Rights } from "../identity/Rights.ts"
import { TOLERANCE_MS } from "../identity/Tokens.ts"
import type { Library } from "./Lookups.ts"

/** Whom a passport is of. */
export interface Bearer {
  readonly client: Client
  end(reason: CloseReason): void
}

export class Passport {
  readonly bearer: Bearer
  /** Where the bearer stands among those that are looked after. */
  slot = -1
  /** Whether the bearer was told that it expires. */
  warned = false
  private current: Claims
  /** Monotonic milliseconds: steps of the wall clock end no connection and prolong none. */
  private endsAt: number
  private readonly library: Pick<Library, "hub" | "watchers">
  /** Seats that the bearer was told to leave. */
  private readonly left = new WeakSet<Seat>()

  /** `now` in monotonic, `wallNow` in milliseconds since 1970. */
  constructor(
    bearer: Bearer,
    claims: Claims,
    library: Pick<Library, "hub" | "watchers">,
    now: number,
    wallNow: number
  ) {
    this.bearer = bearer
    this.library = library
    this.current = claims
    this.endsAt = endOf(claims, now, wallNow)
  }

  get claims(): Claims {
    return this.current
  }

  get rights(): Rights {
    return this.current.rights
  }

  /** When it ends, in monotonic milliseconds. */
  get end(): number {
    return this.endsAt
  }

  /** What `welcome`, `refreshed` and `token_expiring` say. */
  get expiresAt(): string {
    return new Date(this.current.expiresAt).toISOString()
  }

  /** Goes on with another token of the same user. */
  renew(claims: Claims, now: number, wallNow: number): void {
    this.current = claims
    this.endsAt = endOf(claims, now, wallNow)
    this.warned = false
    this.bearer.client.identity.username = claims.username
  }

  /** Why the bearer may not send this frame. `home` is the room of one that names none. */
  refuses(frame: ClientFrame, home: RoomId): ProtocolError | undefined {
    const { type } = frame
    if (type === "system" && !this.rights.moderates) {
      return refusal("forbidden_type", "type system is for the roles moderator and admin", "type")
    }
    if ((type === "group" && !this.rights.enter(anyGroup)) || (type === "direct" && !this.rights.enter(anyDirect))) {
      return refusal("forbidden_room", "the token is not for private rooms", "type")
    }
    // whoever may not be in a room may leave it
    if (type === "unsubscribe" || type === "quit" || !("roomId" in frame || type === "chat" || type === "system"))
      return undefined
    const roomId = frame.roomId ?? home
    if (this.rights.enter(roomId)) return undefined
    return refusal("forbidden_room", `the token is not for room ${roomId}`, "roomId")
  }

  /** Makes the bearer leave rooms that the token is not for any more; to be repeated, as a subscribe may be under way. */
  leaveOthers(): void {
    const { client } = this.bearer
    const { hub, watchers } = this.library
    for (const [roomId, seat] of client.rooms) {
      if (this.rights.enter(roomId) || this.left.has(seat)) continue
      if (hub.submit({ _tag: "Unsubscribe", client, ref: undefined, roomId })) this.left.add(seat)
    }
    if (!this.rights.figures && watchers.forget(client)) {
      client.tell({ type: "unsubscribed", roomId: analyticsRoom })
      client.mailbox.flush()
    }
  }
}

/** One that was let in although it had just expired is given what the tolerance leaves of it. */
const endOf = ({ expiresAt }: Claims, now: number, wallNow: number): number => {
  const left = expiresAt - wallNow
  return now + (left > 0 ? left : left + TOLERANCE_MS)
}
