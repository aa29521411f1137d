/** What someone may do, and in which rooms. */
import { Schema } from "effect"
import { analyticsRoom, type RoomId } from "../domain/RoomId.ts"
import { RoomPatterns } from "./RoomPatterns.ts"

export const Role = Schema.Literals(["user", "moderator", "analyst", "admin"])
export type Role = typeof Role.Type

export class Rights {
  /** Without tokens: everyone may do everything, as anyone may say who they are. */
  static readonly open = new Rights("user", RoomPatterns.all, true)
  /** Of someone who showed no token where tokens are on. */
  static readonly none = new Rights("user", RoomPatterns.none)
  /** Of who shows an API key. */
  static readonly admin = new Rights("admin", RoomPatterns.all)
  readonly role: Role
  /** May see figures: `analyst` and `admin`. */
  readonly figures: boolean
  /** May send messages of type `system`, and read what others said by who said it: `moderator` and `admin`. */
  readonly moderates: boolean
  /** May be in every room. */
  readonly everywhere: boolean
  private readonly rooms: RoomPatterns

  constructor(role: Role, rooms: RoomPatterns, everything = false) {
    this.role = role
    this.rooms = rooms
    this.everywhere = rooms.everything
    this.figures = everything || role === "analyst" || role === "admin"
    this.moderates = everything || role === "moderator" || role === "admin"
  }

  /** Whether a room may be entered, spoken in, and read. The room of live figures goes by the role alone. */
  enter(roomId: RoomId): boolean {
    return roomId === analyticsRoom ? this.figures : this.rooms.allow(roomId)
  }
}
