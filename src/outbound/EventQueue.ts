/** Events that wait to be told, in the order of each room, bounded together. What is full keeps what it has and takes no more. */
import { randomUUID } from "node:crypto"
import type { WebhookEvent, WebhookEventType } from "./WebhookEvent.ts"

export interface QueueBounds {
  readonly events: number
  /** Of bodies. */
  readonly bytes: number
}

export interface QueuedEvent {
  readonly id: string
  readonly type: WebhookEventType
  readonly roomId: string
  /** JSON, the same at every attempt. */
  readonly body: string
  readonly bytes: number
  /** When it was put here, in milliseconds since 1970. */
  readonly since: number
}

export class EventQueue {
  private readonly bounds: QueueBounds
  private readonly rooms = new Map<string, Array<QueuedEvent>>()
  /** Waiting, those being told included. */
  events = 0
  bytes = 0

  constructor(bounds: QueueBounds) {
    this.bounds = bounds
  }

  /** Puts an event behind those of its room. `first`: nothing of that room waited before. */
  put({ at, data, roomId, type }: WebhookEvent, since: number): "refused" | "first" | "next" {
    if (this.events >= this.bounds.events) return "refused"
    const id = randomUUID()
    const body = JSON.stringify({ id, type, roomId, at, data })
    const bytes = Buffer.byteLength(body)
    if (this.bytes + bytes > this.bounds.bytes) return "refused"
    this.events++
    this.bytes += bytes
    const event = { id, type, roomId, body, bytes, since }
    const room = this.rooms.get(roomId)
    if (room === undefined) {
      this.rooms.set(roomId, [event])
      return "first"
    }
    room.push(event)
    return "next"
  }

  /** The oldest event of a room; it stays until it is taken away. */
  head(roomId: string): QueuedEvent | undefined {
    return this.rooms.get(roomId)?.[0]
  }

  /** Takes the oldest event of a room away. A room without any is forgotten. */
  shift(roomId: string): void {
    const room = this.rooms.get(roomId)
    const event = room?.shift()
    if (room === undefined || event === undefined) return
    this.events--
    this.bytes -= event.bytes
    if (room.length === 0) this.rooms.delete(roomId)
  }
}
