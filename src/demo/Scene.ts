/** Puts the people of a made-up history into its rooms: connections open and close, and people do something between. */
import { Dice } from "./Dice.ts"
import { anonymous, bots, type Person, person } from "./Person.ts"
import { livelinessAt } from "./Rhythm.ts"
import { type Connection, Room, type Seat } from "./Room.ts"
import type { Stage } from "./Stage.ts"
import { Talk } from "./Talk.ts"
import { botVisit, type Visit, visitsOf } from "./Visit.ts"

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How much of what they have to say people say in their first, second … room. */
const shares = [1, 0.5, 0.3, 0.2, 0.15]

/** Of a connection that was lost: its rooms, and how much had been said in each. */
type Lost = ReadonlyArray<{ readonly room: Room; readonly total: number }>

export class Scene {
  private readonly stage: Stage
  private readonly seed: number
  private readonly startAt: number
  private readonly dice: Dice
  private readonly talk: Talk
  private readonly rooms: ReadonlyArray<Room>
  private readonly people: ReadonlyArray<Person>
  private readonly welcomed = new Set<string>()

  constructor(stage: Stage, users: number, rooms: number, days: number, seed: number) {
    this.stage = stage
    this.seed = seed
    this.startAt = stage.now
    this.dice = new Dice(seed, 3)
    this.talk = new Talk(stage, this.dice)
    this.rooms = Array.from({ length: rooms }, (_, index) => new Room(index, rooms))
    this.people = [
      ...Array.from({ length: users }, (_, index) => person(seed, index, rooms, days)),
      ...(users === 0 ? [] : [anonymous(users)])
    ]
    for (const bot of bots(users, rooms)) {
      this.expect(botVisit(this.dice, bot, this.startAt + this.dice.between(1, 5) * SECOND))
    }
  }

  /** Has everybody come who begins a visit on this local day (a day number since 1970-01-01), wherever they live. */
  plan(day: number): void {
    this.people.forEach((person, index) => {
      for (const visit of visitsOf(new Dice(this.seed, 4, index, day), person, day, this.startAt)) {
        if (visit.at >= this.startAt) this.expect(visit)
      }
    })
    const { dice, rooms, stage, talk } = this
    const at = day * DAY + dice.between(2, 6) * HOUR
    if (at < stage.now || !dice.chance(0.35)) return
    stage.put(at, () => talk.notice(rooms[0]!, "The nightly backup is done."))
  }

  private expect(visit: Visit, lost?: Lost): void {
    this.stage.put(visit.at, () => this.open(visit, lost))
  }

  private open(visit: Visit, lost: Lost | undefined): void {
    const { dice, stage } = this
    const at = stage.now
    const { bot, userId, username } = visit.person
    const connection: Connection = { connectionId: dice.uuid(), visit, seats: [] }
    stage.tell({ _tag: "connected", at, connectionId: connection.connectionId, userId, username, bot })
    stage.put(visit.until, () => this.close(connection))
    if (lost === undefined) this.arrive(connection)
    else this.resume(connection, lost)
  }

  /** Joins the person's rooms, the dearest at once. A glance of seconds often ends before that. */
  private arrive(connection: Connection): void {
    const { dice, rooms, stage } = this
    const { person, at, until } = connection.visit
    let when = at + dice.between(5, 250)
    person.rooms.forEach((index, rank) => {
      if (rank > 0 && !dice.chance(0.6)) return
      if (when < until) stage.put(when, () => this.join(connection, rooms[index]!, rank))
      when += dice.chance(0.8) ? dice.between(1, 40) : dice.logNormal(4 * MINUTE, 1)
    })
  }

  private resume(connection: Connection, lost: Lost): void {
    const { dice, stage } = this
    const recovered = dice.chance(0.96)
    const replayed = lost.reduce((sum, { room, total }) => sum + room.total - total, 0)
    stage.tell({ _tag: "resumed", at: stage.now, recovered, replayed: recovered ? replayed : 0 })
    // a send that was not acknowledged in time is sent again
    if (dice.chance(0.1)) stage.tell({ _tag: "duplicate", at: stage.now })
    lost.forEach(({ room }, rank) => this.join(connection, room, rank))
  }

  private join(connection: Connection, room: Room, rank: number): void {
    if (connection.seats.some((seat) => seat.room === room)) return
    const { dice, stage } = this
    const { person, until } = connection.visit
    const { connectionId } = connection
    const seat = room.enter(connection)
    stage.tell({ _tag: "joined", at: stage.now, connectionId, roomId: room.roomId, userId: person.userId })
    if (person.bot) {
      this.repeat(seat, (person.talk * (until - stage.now)) / DAY, () => this.talk.post(seat))
      return
    }
    this.welcome(person, room)
    if (until - stage.now < 10 * SECOND) return
    this.busy(seat, shares[rank] ?? 0.1)
    if (rank > 0 && dice.chance(0.25)) {
      stage.put(dice.between(stage.now, until), () => {
        if (!seat.left) this.leave(seat)
      })
    }
  }

  /** Once for each person who was not there when the history began. */
  private welcome({ spells, userId, username }: Person, room: Room): void {
    if ((spells[0]?.from ?? 0) < 0 || this.welcomed.has(userId)) return
    this.welcomed.add(userId)
    this.talk.notice(room, `Welcome, ${username}.`)
  }

  /** What the person does in a room as long as they are there; most of it in the first hour. */
  private busy(seat: Seat, share: number): void {
    const { dice, stage } = this
    const { attention, person, until } = seat.connection.visit
    const hours = (until - stage.now) / HOUR
    const patience = attention * (hours < 1 ? hours : 1 + 0.25 * (hours - 1))
    const { habit } = person
    if (habit === "watches") return
    if (dice.chance(0.5)) stage.put(stage.now + dice.between(1, 9) * SECOND, () => this.act(seat, "readMark"))
    this.repeat(seat, patience * share * 4, () => this.act(seat, "readMark"))
    if (habit === "types") this.repeat(seat, patience * share, () => this.act(seat, "typing"))
    if (habit !== "talks") return
    const talk = person.talk * patience * share * seat.room.liveliness
    this.repeat(seat, talk, () => this.talk.begin(seat))
    this.repeat(seat, 0.1 * talk + 0.2 * patience * share, () => this.act(seat, "reaction"))
  }

  /** Runs `deed` about `mean` times before the connection ends, seldom at hours when people sleep. */
  private repeat(seat: Seat, mean: number, deed: () => void): void {
    const { dice, stage } = this
    const { person, until } = seat.connection.visit
    for (let count = dice.count(mean); count > 0; count--) {
      const at = dice.between(stage.now, until)
      if (!person.bot && !dice.chance(livelinessAt(person.zone, at))) continue
      stage.put(at, () => {
        if (!seat.left) deed()
      })
    }
  }

  private act(seat: Seat, deed: "typing" | "readMark" | "reaction"): void {
    if (seat.left) return
    const { room } = seat
    const at = this.stage.now
    if (deed === "reaction" && (room.last === undefined || at - room.last.at > DAY)) return
    const { userId } = seat.connection.visit.person
    this.stage.tell({ _tag: deed, at, roomId: room.roomId, userId })
  }

  private leave(seat: Seat): void {
    const { connectionId, visit } = seat.connection
    seat.room.leave(seat)
    const { roomId } = seat.room
    this.stage.tell({ _tag: "left", at: this.stage.now, connectionId, roomId, userId: visit.person.userId })
  }

  private close(connection: Connection): void {
    const { connectionId, seats, visit } = connection
    const { code, next, person } = visit
    const lost = seats.map(({ room }) => ({ room, total: room.total }))
    for (const seat of seats.toReversed()) this.leave(seat)
    const at = this.stage.now
    this.stage.tell({ _tag: "disconnected", at, connectionId, userId: person.userId, code })
    if (next !== undefined) this.expect(next, lost)
    if (person.bot) this.expect(botVisit(this.dice, person, at + this.dice.between(20, 90) * SECOND))
  }
}
