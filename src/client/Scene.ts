/** What the parts of a room share: those of the client, and what is known of the room, which each part writes its share of. */
import type { House } from "./House.ts"
import type { RoomSnapshot } from "./RoomSnapshot.ts"

type Derived = "messages" | "unread" | "mentions" | "firstUnread"

export interface Scene extends House {
  readonly state: { -readonly [K in keyof RoomSnapshot as Exclude<K, Derived>]: RoomSnapshot[K] }
  changed(): void
}
