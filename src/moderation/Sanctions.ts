/** All sanctions of one kind. A user has one everywhere and one for each room at the most. */
import type { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"
import { type Listed, Listing, type ListQuery } from "./Listing.ts"
import { inForce, isRoomSanction, type RoomSanction, type Sanction, type SanctionPlace } from "./Sanction.ts"

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

const newestFirst = (a: SanctionPlace, b: SanctionPlace) =>
  b.since - a.since || byText(a.userId, b.userId) || byText(a.roomId ?? "", b.roomId ?? "")

export class Sanctions {
  private readonly users = new Map<UserId, Map<RoomId | undefined, Sanction>>()
  private readonly inRooms = new Set<RoomSanction>()
  private readonly listing = new Listing<SanctionPlace, Sanction>(newestFirst)
  /** Milliseconds since 1970. */
  private readonly now: () => number

  constructor(now: () => number) {
    this.now = now
  }

  /** Whether there are none. */
  get empty(): boolean {
    return this.users.size === 0
  }

  /** The one in force for a user everywhere or, with a room, in it. */
  get(userId: UserId, roomId: RoomId | undefined): Sanction | undefined {
    const sanction = this.users.get(userId)?.get(roomId)
    return sanction !== undefined && inForce(sanction, this.now()) ? sanction : undefined
  }

  set(sanction: Sanction): void {
    const { roomId, userId } = sanction
    this.delete(userId, roomId)
    const own = this.users.get(userId)
    if (own === undefined) this.users.set(userId, new Map([[roomId, sanction]]))
    else own.set(roomId, sanction)
    if (isRoomSanction(sanction)) this.inRooms.add(sanction)
    this.listing.add(sanction)
  }

  delete(userId: UserId, roomId: RoomId | undefined): void {
    const own = this.users.get(userId)
    const sanction = own?.get(roomId)
    if (own === undefined || sanction === undefined) return
    own.delete(roomId)
    if (own.size === 0) this.users.delete(userId)
    if (isRoomSanction(sanction)) this.inRooms.delete(sanction)
    this.listing.remove(sanction)
  }

  /** Lets go of those that are over. */
  sweep(): void {
    const now = this.now()
    for (const own of this.users.values()) {
      for (const sanction of own.values()) if (!inForce(sanction, now)) this.delete(sanction.userId, sanction.roomId)
    }
  }

  /** Those in force that are for one room. */
  *ofRooms(): Iterable<RoomSanction> {
    for (const sanction of this.inRooms) if (inForce(sanction, this.now())) yield sanction
  }

  page(query: ListQuery<SanctionPlace, Sanction>): Listed<Sanction> {
    const now = this.now()
    return this.listing.page({ ...query, shown: (sanction) => inForce(sanction, now) && query.shown(sanction) })
  }
}
