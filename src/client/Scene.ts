/** What the parts of a room share: what is known of it, which each part writes its share of. */
import type { House } from "./House.ts"
import type { RoomSnapshot } from "./RoomSnapshot.ts"

type Derived = "messages" | "unread" | "mentions" | "firstUnread"

export interface Scene {
  readonly house: House
  readonly state: { -readonly [K in keyof RoomSnapshot as Exclude<K, Derived>]: RoomSnapshot[K] }
  changed(): void
}
