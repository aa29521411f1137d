/** The markers of one user, the one that was moved longest ago first. */
import type { RoomId } from "../domain/RoomId.ts"
import type { Marker } from "./Marker.ts"

/** Rooms that are kept of one user, beyond which the one read longest ago goes. */
export const ROOMS_MAX = 1000

export class UserMarkers {
  private readonly markers: Map<RoomId, Marker>

  constructor(markers: Iterable<readonly [RoomId, Marker]>) {
    this.markers = new Map([...markers].sort(([, a], [, b]) => a.at - b.at))
  }

  get(roomId: RoomId): Marker | undefined {
    return this.markers.get(roomId)
  }

  entries(): Iterable<readonly [RoomId, Marker]> {
    return this.markers
  }

  /** Sets a marker, and answers the rooms whose markers had to go for it. */
  set(roomId: RoomId, marker: Marker): ReadonlyArray<RoomId> {
    this.markers.delete(roomId)
    this.markers.set(roomId, marker)
    const gone: Array<RoomId> = []
    for (const oldest of this.markers.keys()) {
      if (this.markers.size <= ROOMS_MAX) break
      this.markers.delete(oldest)
      gone.push(oldest)
    }
    return gone
  }
}
