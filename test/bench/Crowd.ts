/** The connections of a run, spread over the rooms of its groups, and the proof that every member of every room hears it. */
import { ChatFrame } from "./ChatFrame.ts"
import { now } from "./clock.ts"
import { Connection, type Shared } from "./Connection.ts"
import { pause } from "./pause.ts"
import type { Group, Sender } from "./Traffic.ts"

const connecting = 64
export const contentBytes = 200

/** What a room of a load's group is called. */
export const roomName = (load: string, group: number, room: number): string => `bench-${load}-${group}-${room}`

export class Crowd {
  readonly shared: Shared
  readonly connections: Array<Connection> = []
  private readonly groups: ReadonlyArray<Group>
  private readonly name: string
  private readonly chat: ChatFrame

  constructor(shared: Shared, groups: ReadonlyArray<Group>, name: string) {
    this.shared = shared
    this.groups = groups
    this.name = name
    this.chat = new ChatFrame(shared.dialect, contentBytes)
  }

  /** Says the sender's next message, which counts as sent at the given time; false when too many are unanswered. */
  send(sender: Sender, at: number): boolean {
    const number = this.shared.traffic.begin(sender, at)
    if (number < 0) return false
    sender.connection?.socket.write(this.chat.of(sender.id, number))
    return true
  }

  /** Senders of a group in speaking order: one of each room in turn, then the next one of each room. */
  speakers(group: number): ReadonlyArray<Sender> {
    const first = this.groups.slice(0, group).reduce((sum, { rooms, senders }) => sum + rooms * senders, 0)
    const { rooms = 0, senders = 0 } = this.groups[group] ?? {}
    return Array.from({ length: rooms * senders }, (_, turn) => {
      const sender = this.shared.traffic.senders[first + (turn % rooms) * senders + Math.floor(turn / rooms)]
      if (sender === undefined) throw new RangeError("no such sender")
      return sender
    })
  }

  async connect(): Promise<void> {
    const places = this.places()
    const worker = async (): Promise<void> => {
      for (let next = places.next(); next.done !== true; next = places.next()) await next.value
    }
    await Promise.all(Array.from({ length: connecting }, worker))
  }

  /**
   * Joining may finish after the upgrade, and presence may still be under way: messages are sent to every room until one of
   * them has reached all of its members. Nobody counts before the last of it all has arrived.
   */
  async settle(): Promise<void> {
    const { traffic } = this.shared
    const unheard = new Set(traffic.senders)
    const deadline = now() + 30_000
    traffic.onComplete = (sender) => unheard.delete(sender)
    while (unheard.size > 0) {
      if (now() > deadline) throw new Error(`${unheard.size} senders are not heard by their whole room`)
      for (const sender of unheard) this.send(sender, now())
      await this.quiet(deadline)
    }
    traffic.onComplete = undefined
    traffic.forget()
  }

  leave(): void {
    for (const connection of this.connections) connection.leave()
  }

  /** Waits until every message has reached everyone, then says what never arrived. */
  async drain(timeout: number): Promise<void> {
    const { traffic } = this.shared
    const deadline = now() + timeout
    let before = -1
    while (traffic.open > 0 && (now() < deadline || before !== traffic.delivered)) {
      before = traffic.delivered
      await pause(100)
      if (now() > deadline + 10_000) break
    }
    traffic.closeAcks()
    for (const connection of this.connections) {
      for (let local = 0; local < connection.senderCount; local++) {
        const sender = traffic.senders[connection.firstSender + local]
        if (sender !== undefined) traffic.order.close(connection.firstLane + local, sender.next)
      }
    }
  }

  /** Waits until nothing has arrived for a while, neither messages nor presence. */
  private async quiet(deadline: number): Promise<void> {
    const { shared } = this
    for (let before = -1; now() < deadline;) {
      const arrived = shared.traffic.delivered + shared.presence
      if (arrived === before) return
      before = arrived
      await pause(300)
    }
  }

  private *places(): Generator<Promise<void>> {
    let firstSender = 0
    let firstLane = 0
    let user = 0
    for (const [index, group] of this.groups.entries()) {
      for (let room = 0; room < group.rooms; room++) {
        const seats = Array.from({ length: group.senders }, (_, local) =>
          Math.floor((local * group.members) / group.senders)
        )
        for (let member = 0; member < group.members; member++) {
          const connection = new Connection(this.shared, {
            room: this.shared.arrival.rooms[index === 0 ? room : -1] ?? roomName(this.name, index, room),
            index: user,
            user: `${this.name}${user++}`,
            firstSender,
            senderCount: group.senders,
            firstLane
          })
          this.connections.push(connection)
          const seat = seats.indexOf(member)
          const sender = seat < 0 ? undefined : this.shared.traffic.senders[firstSender + seat]
          if (sender !== undefined) sender.connection = connection
          firstLane += group.senders
          yield connection.usable
        }
        firstSender += group.senders
      }
    }
  }
}
