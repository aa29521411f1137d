/** A room of a made-up history: who is in it, and which of its messages one may answer. */
import type { Dice } from "./Dice.ts"
import type { Visit } from "./Visit.ts"

const KEPT = 24
const KEPT_EVERY = 3 * 3_600_000

export interface Connection {
  readonly connectionId: string
  readonly visit: Visit
  readonly seats: Array<Seat>
}

/** A connection in a room. Once `left`, nothing more is done from it. */
export interface Seat {
  readonly connection: Connection
  readonly room: Room
  place: number
  left: boolean
}

export interface Said {
  readonly at: number
  readonly messageId: string
  readonly userId: string
}

const names =
  "global general support random music coffee travel books films games garden science photos food cycling weather".split(
    " "
  )

export class Room {
  readonly roomId: string
  /** How much is said here, against the liveliest: from nearly nothing to 1. */
  readonly liveliness: number
  /** Messages said so far. */
  total = 0
  last: Said | undefined
  private readonly seats: Array<Seat> = []
  private readonly kept: Array<Said> = []
  private keptAt = Number.NEGATIVE_INFINITY
  private keeping = 0

  /** The `index`th of `count` rooms. The last quarter are quiet ones, where days may pass between two messages. */
  constructor(index: number, count: number) {
    this.roomId = names[index] ?? `room-${index + 1}`
    this.liveliness = index > 0 && index >= count * 0.75 ? 0.012 : 1 / (1 + index * 0.15)
  }

  enter(connection: Connection): Seat {
    const seat = { connection, room: this, place: this.seats.length, left: false }
    this.seats.push(seat)
    connection.seats.push(seat)
    return seat
  }

  leave(seat: Seat): void {
    const last = this.seats.pop()!
    if (last !== seat) {
      this.seats[seat.place] = last
      last.place = seat.place
    }
    seat.left = true
    const { seats } = seat.connection
    seats.splice(seats.indexOf(seat), 1)
  }

  /** Takes note of a message. Every three hours one is kept for some days, for late answers. */
  heard(said: Said): void {
    this.total++
    this.last = said
    if (said.at - this.keptAt < KEPT_EVERY) return
    this.keptAt = said.at
    this.kept[this.keeping++ % KEPT] = said
  }

  /** A message of the last days that is not of `userId`'s own, or nothing. */
  older(dice: Dice, userId: string): Said | undefined {
    const said = this.kept.length === 0 ? undefined : dice.pick(this.kept)
    return said?.userId === userId ? undefined : said
  }

  /** Somebody who is here and talks, other than `userId`; nobody if three glances find none. */
  other(dice: Dice, userId: string): Seat | undefined {
    for (let glance = 0; glance < 3 && this.seats.length > 0; glance++) {
      const seat = dice.pick(this.seats)
      const { person } = seat.connection.visit
      if (person.habit === "talks" && !person.bot && person.userId !== userId) return seat
    }
    return undefined
  }
}
