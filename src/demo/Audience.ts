/** Tells analytics what happens in a made-up history, as a server would: who is in a room decides how many a message reaches. */
import type { AnalyticsEvent } from "../analytics/Event.ts"
import { closeReasons } from "../domain/CloseReason.ts"
import { anonymous } from "../domain/UserId.ts"
import type { DemoEvent } from "./DemoEvent.ts"

export class Audience {
  /** Ids that connected, without bots and those who gave no id. */
  readonly users = new Set<string>()
  /** Connections by room, and rooms by connection. */
  private readonly members = new Map<string, Set<string>>()
  private readonly open = new Map<string, Set<string>>()

  /** Rooms that somebody joined. */
  get rooms(): number {
    return this.members.size
  }

  /** What a server tells of an event. */
  tell(event: DemoEvent): ReadonlyArray<AnalyticsEvent> {
    switch (event._tag) {
      case "connected": {
        const { bot, connectionId, userId, username } = event
        this.open.set(connectionId, new Set())
        if (!bot && userId !== anonymous) this.users.add(userId)
        return [{ _tag: "connected", connectionId, userId, username, bot }]
      }
      case "disconnected":
        this.open.delete(event.connectionId)
        return [{ _tag: "disconnected", connectionId: event.connectionId, code: event.code }]
      case "joined":
        this.open.get(event.connectionId)?.add(event.roomId)
        this.room(event.roomId).add(event.connectionId)
        return [{ _tag: "joined", roomId: event.roomId }]
      case "left":
        this.open.get(event.connectionId)?.delete(event.roomId)
        this.room(event.roomId).delete(event.connectionId)
        return [{ _tag: "left", roomId: event.roomId }]
      case "message": {
        const { bot, content, replyTo, roomId, type, userId, username } = event
        const count = this.members.get(roomId)?.size ?? 0
        const said = { roomId, userId, username, type, bot, content, reply: replyTo !== undefined, expected: count }
        const message: AnalyticsEvent = { _tag: "message", ...said }
        return count === 0 ? [message] : [message, { _tag: "delivered", count }]
      }
      default:
        return [event]
    }
  }

  /** What a server tells that stops: everybody is sent away. */
  end(): ReadonlyArray<AnalyticsEvent> {
    const told: Array<AnalyticsEvent> = []
    for (const [connectionId, rooms] of this.open) {
      for (const roomId of rooms) told.push({ _tag: "left", roomId })
      told.push({ _tag: "disconnected", connectionId, code: closeReasons.restart.code })
    }
    this.open.clear()
    for (const members of this.members.values()) members.clear()
    return told
  }

  private room(roomId: string): Set<string> {
    let members = this.members.get(roomId)
    if (members === undefined) this.members.set(roomId, (members = new Set()))
    return members
  }
}
