/**
 * One client: a reader and a writer fiber, pinged by the wheel. Whatever ends first decides why the socket closes; a defect in here ends this
 * connection and nothing else. Kept lean on purpose: at 10,000 connections each effect or closure held while idle is half a megabyte.
 */
import { Cause, Clock, Effect, Exit, Fiber } from "effect"
import { Mailbox, type MailboxLimits } from "../actor/Mailbox.ts"
import { Supervisor } from "../actor/Supervisor.ts"
import { textFrame } from "../actor/textFrame.ts"
import { type CloseReason, closeReasons } from "../domain/CloseReason.ts"
import { analyticsRoom, globalRoom, type RoomId } from "../domain/RoomId.ts"
import { encodeServerFrame, type Limits } from "../domain/ServerFrame.ts"
import { Client, type Identity } from "../hub/Client.ts"
import type { Command } from "../hub/Command.ts"
import { Hub } from "../hub/Hub.ts"
import { Usher } from "../hub/Usher.ts"
import type { Claims } from "../identity/Claims.ts"
import { History } from "../store/History.ts"
import { Moderation } from "../moderation/Moderation.ts"
import { PrivateRooms } from "../private/PrivateRooms.ts"
import { ReadMarkers } from "../reading/ReadMarkers.ts"
import { Amender } from "./Amender.ts"
import type { Allowance } from "./Allowance.ts"
import type { ClientSocket } from "./ClientSocket.ts"
import { Connections, type Known } from "./Connections.ts"
import { type Beating, Heartbeat, type Spoke } from "./Heartbeat.ts"
import { Judge } from "./Gate.ts"
import type { Library } from "./Lookups.ts"
import type { Passport } from "./Passport.ts"
import { Passports } from "./Passports.ts"
import { Reader } from "./Reader.ts"
import { Watchers } from "./Watchers.ts"
import { writer } from "./writer.ts"

export interface ConnectionOptions {
  readonly mailbox: MailboxLimits
  /** Milliseconds a client may take nothing before it is `slow`. */
  readonly stallMs: number
  /** What `welcome` states. */
  readonly limits: Limits
  /** Recent messages on a join that does not say how many. */
  readonly history: number
  /** Refused frames a client may pile up, regained over a minute, before it is closed for `abuse`; 0 for any number. */
  readonly refusals: number
}

export interface Arrival {
  readonly identity: Identity
  /** What the client's token says; none in open mode. */
  readonly claims?: Claims | undefined
  /** What the limits count this client's messages and joins under, together with the user's other connections. */
  readonly allowanceKey: string
  /** The room to begin in. */
  readonly room: RoomId | undefined
  readonly history: number | undefined
}

/** What all connections share. */
interface House extends Library {
  readonly heartbeat: Heartbeat["Service"]
  readonly passports: Passports["Service"]
  readonly usher: Usher | undefined
  readonly clock: Clock.Clock
  readonly allowance: Allowance
  readonly options: ConnectionOptions
}

/** Milliseconds the hub has to hear of a client's end once some fiber was given up, which need not be its own: the process ends then. */
const LEAVE_MS = 1000

export class Connection implements Beating, Known {
  readonly client: Client
  readonly since: number
  private readonly house: House
  private readonly socket: ClientSocket
  private writing: Fiber.Fiber<void> | undefined
  private spoke: Spoke | undefined
  private passport: Passport | undefined
  private ending = false

  constructor(house: House, socket: ClientSocket, identity: Identity) {
    this.house = house
    this.socket = socket
    this.since = house.clock.currentTimeMillisUnsafe()
    this.client = new Client(identity, new Mailbox(socket, house.options.mailbox, this), house.usher)
  }

  /** Ends the connection with `reason`, unless it is ending already. */
  end(reason: CloseReason): void {
    if (this.ending) return
    this.ending = true
    this.socket.abort(reason)
  }

  enters(roomId: RoomId): boolean {
    return this.passport?.rights.enter(roomId) !== false
  }

  ping(): void {
    this.socket.ping()
  }

  heard(): boolean {
    return this.socket.heard()
  }

  dead(): void {
    this.end(closeReasons.heartbeat)
  }

  /** Lives until the peer leaves or `end` is called, then leaves the hub, closes the socket and calls `left`. Fails with why. */
  run(arrival: Arrival, left: () => void): Effect.Effect<never, CloseReason> {
    const { client, house } = this
    const home = arrival.room ?? globalRoom
    if (arrival.claims !== undefined) this.passport = house.passports.issue(this, arrival.claims, house)
    const reader = new Reader(client, house, house.allowance, arrival.allowanceKey, house.clock, house.options, home)
    if (this.passport !== undefined) reader.heed(this.passport, house.passports)
    return Effect.suspend(() => this.arrive(arrival, reader)).pipe(
      Effect.andThen(reader.run(this.socket)),
      Effect.onExit((exit) => {
        reader.stop()
        return this.finish(exit, left)
      })
    )
  }

  /** Waits only where the hub's inbox is full. */
  private arrive({ history, room }: Arrival, reader: Reader): Effect.Effect<void, CloseReason> {
    const { client, house } = this
    const connect: Command = { _tag: "Connect", client }
    this.welcome()
    this.begin()
    const enter = Effect.suspend(() => {
      if (room === undefined) return Effect.void
      if (room === analyticsRoom) house.watchers.watch(client, undefined)
      else {
        const end = reader.enter(room, undefined, undefined, history ?? house.options.history)
        if (end !== undefined) return Effect.fail(end)
      }
      client.mailbox.flush()
      return Effect.void
    })
    return house.hub.submit(connect) ? enter : Effect.andThen(house.hub.insist(connect), enter)
  }

  private welcome() {
    const { connectionId, dialect, userId, username } = this.client.identity
    if (dialect === "plain") return
    const serverTime = new Date(this.house.clock.currentTimeMillisUnsafe()).toISOString()
    const { limits } = this.house.options
    const role = this.passport?.rights.role ?? "user"
    const frame = { type: "welcome", connectionId, userId, username, role, serverTime, limits } as const
    const expiry = this.passport === undefined ? {} : { expiresAt: this.passport.expiresAt }
    this.client.mailbox.offer(textFrame(encodeServerFrame({ ...frame, ...expiry })))
    this.client.mailbox.flush()
  }

  /** The writer and the pings; the reader is the connection's own fiber. */
  private begin(): void {
    const { fork, heartbeat, options, passports, supervisor } = this.house
    this.spoke = heartbeat.watch(this)
    this.house.connections.add(this)
    if (this.passport !== undefined) passports.watch(this.passport)
    // barred since the upgrade was let in
    if (this.house.moderation?.bars(this.client.identity.userId, undefined) !== undefined) this.end(closeReasons.banned)
    this.writing = fork(
      Effect.catchCause(writer(this.client.mailbox, this.socket, options.stallMs), (cause) => {
        if (Cause.hasInterruptsOnly(cause)) return Effect.void
        const reason = reasonOf(cause)
        this.end(reason ?? closeReasons.internal)
        return reason === undefined ? supervisor.noted("writer", cause) : Effect.void
      })
    )
  }

  private finish(exit: Exit.Exit<never, CloseReason>, left: () => void): Effect.Effect<void> {
    const cause = Exit.isFailure(exit) ? exit.cause : Cause.empty
    const failed = reasonOf(cause)
    const crashed = failed === undefined && !Cause.hasInterruptsOnly(cause)
    const reason = failed ?? (crashed ? closeReasons.internal : closeReasons.restart)
    const { connectionId } = this.client.identity
    this.ending = true
    if (this.spoke !== undefined) this.house.heartbeat.forget(this.spoke)
    if (this.passport !== undefined) this.house.passports.forget(this.passport)
    this.house.watchers.forget(this.client)
    this.house.connections.remove(this)
    this.client.mailbox.close(reason)
    return (crashed ? this.house.supervisor.noted("reader", cause) : Effect.void).pipe(
      Effect.andThen(this.writing === undefined ? Effect.void : Fiber.interrupt(this.writing)),
      Effect.andThen(this.leave(reason)),
      Effect.andThen(this.socket.close(reason)),
      Effect.andThen(Effect.logDebug("connection ended", { connectionId, code: reason.code })),
      Effect.ensuring(Effect.sync(left))
    )
  }

  /**
   * Tells the hub, waiting for room in its inbox for as long as it lives: one that was given up may never make any. A connection that is cut
   * off, as at the end of a stop, does not wait at all.
   */
  private leave({ code }: CloseReason): Effect.Effect<void> {
    const { hub, supervisor } = this.house
    const disconnect: Command = { _tag: "Disconnect", client: this.client, code }
    return Effect.suspend(() => {
      if (hub.submit(disconnect)) return Effect.void
      const givenUp = supervisor.failure.pipe(Effect.catch(() => Effect.sleep(LEAVE_MS)))
      return Effect.raceFirst(hub.insist(disconnect), givenUp).pipe(Effect.interruptible, Effect.exit, Effect.asVoid)
    })
  }
}

const reasonOf = (cause: Cause.Cause<CloseReason>): CloseReason | undefined =>
  cause.reasons.find((reason) => reason._tag === "Fail")?.error

/** Makes connections that share one hub, one heartbeat and one set of allowances. */
export const make = Effect.fnUntraced(function* (options: ConnectionOptions, allowance: Allowance) {
  const house: House = {
    hub: yield* Hub,
    history: yield* History,
    watchers: yield* Watchers,
    judge: yield* Judge,
    moderation: yield* Moderation,
    privateRooms: yield* PrivateRooms,
    readMarkers: yield* ReadMarkers,
    usher: yield* Usher,
    amender: yield* Amender,
    connections: yield* Connections,
    heartbeat: yield* Heartbeat,
    passports: yield* Passports,
    supervisor: yield* Supervisor,
    clock: yield* Clock.Clock,
    allowance,
    options,
    fork: Effect.runForkWith(yield* Effect.context())
  }
  return (socket: ClientSocket, identity: Identity): Connection => new Connection(house, socket, identity)
})
