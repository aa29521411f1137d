/** The reading half of a connection: decodes, limits, and hands on. Every frame is answered or reaches the hub; none waits for it. */
import { type Clock, Effect, Result } from "effect"
import { TokenBucket } from "../actor/TokenBucket.ts"
import { type ClientFrame, decodeClientFrame, type Ref } from "../domain/ClientFrame.ts"
import { type CloseReason, closeReasons } from "../domain/CloseReason.ts"
import type { ResumePoint } from "../domain/ResumePoint.ts"
import { type ProtocolError, refusal } from "../domain/ProtocolError.ts"
import { analyticsRoom, isPrivateRoom, type RoomId } from "../domain/RoomId.ts"
import { errorFrame } from "../domain/ServerFrame.ts"
import type { Client } from "../hub/Client.ts"
import type { Command } from "../hub/Command.ts"
import type { Hub } from "../hub/Hub.ts"
import type { Allowance } from "./Allowance.ts"
import type { ClientSocket } from "./ClientSocket.ts"
import { Desk } from "./Desk.ts"
import { Errands } from "./Errands.ts"
import { Finder, type Inquiry } from "./Finder.ts"
import { type Ask, type Library, Lookups } from "./Lookups.ts"
import type { Passport } from "./Passport.ts"
import type { Passports } from "./Passports.ts"
import { readable } from "./readable.ts"
import { Renewal } from "./Renewal.ts"
import { type Listener, Speech } from "./Speech.ts"

export interface ReaderOptions {
  readonly history: number
  readonly refusals: number
}

/** Milliseconds after which an overloaded hub is worth another try, and for which the socket is not read meanwhile. */
const OVERLOAD_MS = 250

/** Markers that a connection may move. */
const MARKS = { perSecond: 10, burst: 30 } as const

/** Milliseconds after which a room that found too many others in memory is worth another try. */
const CROWDED_MS = 60_000

export class Reader implements Listener {
  private readonly client: Client
  private readonly hub: Hub["Service"]
  private readonly allowance: Allowance
  private readonly allowanceKey: string
  private readonly clock: Clock.Clock
  private readonly options: ReaderOptions
  /** Made with the first refusal, which most clients never see. */
  private refusals: TokenBucket | undefined
  private readonly library: Library
  /** Made with the first page of history that is asked for. */
  private lookups: Lookups | undefined
  /** Made with the first search. */
  private finder: Finder | undefined
  /** What the client's token allows; none in open mode. */
  passport: Passport | undefined
  private renewal: Renewal | undefined
  readonly home: RoomId
  private readonly speech: Speech
  private readonly errands: Errands
  private readonly desk: Desk
  private overloaded = false
  /** Made with the first marker that is moved. */
  private marks: TokenBucket | undefined

  constructor(
    client: Client,
    library: Library,
    allowance: Allowance,
    allowanceKey: string,
    clock: Clock.Clock,
    options: ReaderOptions,
    home: RoomId
  ) {
    this.client = client
    this.library = library
    this.hub = library.hub
    this.allowance = allowance
    this.allowanceKey = allowanceKey
    this.clock = clock
    this.options = options
    this.home = home
    this.errands = new Errands(library)
    // what is decided later ends nobody for abuse: the frames were counted when they came
    const refuse = (error: ProtocolError, ref: Ref | undefined) => void this.refuse(error, ref)
    this.desk = new Desk(client, library, this.errands, refuse, () => this.expired)
    this.speech = new Speech(client, library, this, this.desk, this.errands)
  }

  /** Hears the client only as far as its passport allows. To be called before `run`. */
  heed(passport: Passport, passports: Passports["Service"]): void {
    this.passport = passport
    this.renewal = new Renewal(this.client, passport, passports, this.library, (error, ref) => {
      const end = this.refuse(error, ref)
      if (end !== undefined) passport.bearer.end(end)
    })
  }

  /** Reads until the peer leaves or is told to. */
  run(socket: ClientSocket): Effect.Effect<never, CloseReason> {
    return socket.pull.pipe(
      Effect.flatMap((frames) => {
        for (const text of frames) {
          const end = this.receive(text)
          if (end === undefined) continue
          this.client.mailbox.flush()
          return Effect.fail(end)
        }
        this.client.mailbox.flush()
        if (!this.overloaded) return Effect.void
        this.overloaded = false
        return Effect.sleep(OVERLOAD_MS)
      }),
      Effect.forever({ disableYield: true })
    )
  }

  /** Breaks off what was begun for the client beside the reading. */
  stop(): void {
    this.lookups?.stop()
    this.finder?.stop()
    this.errands.stop()
    this.renewal?.stop()
  }

  get expired(): boolean {
    return this.renewal?.expired === true
  }

  /** As `allowed`, for markers: whoever reads along has to be able to speak as well. */
  private marked(): number {
    this.marks ??= new TokenBucket(MARKS.perSecond, MARKS.burst, this.now())
    return this.marks.take(this.now())
  }

  allowed(): number {
    return this.allowance.message(this.allowanceKey)
  }

  now(): number {
    return Number(this.clock.monotonicTimeNanosUnsafe()) / 1e6
  }

  private receive(text: string): CloseReason | undefined {
    if (this.expired) return closeReasons.tokenExpired
    const decoded = decodeClientFrame(text, this.client.identity.dialect)
    if (Result.isFailure(decoded)) return this.refuse(decoded.failure.error, decoded.failure.ref)
    const frame = decoded.success
    const { ref } = frame
    const forbidden = this.passport?.refuses(frame, this.home)
    if (forbidden !== undefined) return this.refuse(forbidden, ref)
    const barred = this.barred(frame)
    if (barred !== undefined) return this.refuse(barred, ref)
    switch (frame.type) {
      case "chat":
      case "system":
        return this.speech.say(frame, frame.roomId ?? this.home)
      case "direct":
        return this.speech.write(frame)
      case "subscribe": {
        const wait = this.allowance.join(this.allowanceKey)
        if (wait > 0) return this.refuse(refusal("rate_limited", "too many joins", undefined, wait), ref)
        const { after, history, roomId } = frame
        if (roomId === analyticsRoom) {
          this.library.watchers.watch(this.client, ref)
          return undefined
        }
        return this.enter(roomId, ref, after, history ?? this.options.history)
      }
      case "unsubscribe":
        if (frame.roomId === analyticsRoom && this.library.watchers.forget(this.client)) {
          this.client.tell({ type: "unsubscribed", ...(ref === undefined ? {} : { ref }), roomId: frame.roomId })
          return undefined
        }
        return this.submit({ _tag: "Unsubscribe", client: this.client, ref, roomId: frame.roomId })
      case "typing": {
        const { privateRooms } = this.library
        const seated = isPrivateRoom(frame.roomId) && this.client.rooms.has(frame.roomId)
        const may = seated ? privateRooms?.mayWrite(this.client.identity.userId, frame.roomId) : undefined
        // where it is not known at once, a hint is not worth finding out
        if (may === "unknown") return undefined
        if (may !== undefined) return this.refuse(may, ref)
        return this.submit({ _tag: "Typing", client: this.client, ref, roomId: frame.roomId, active: frame.active })
      }
      case "presence":
        return this.submit({ _tag: "Presence", client: this.client, ref, roomId: frame.roomId })
      case "history":
        return this.among(frame, () => this.lookUp(frame))
      case "search":
        return this.paced(frame, this.allowed(), () => this.among(frame, () => this.find(frame)))
      case "edit":
      case "delete":
      case "react":
        return this.paced(frame, this.allowed(), () => this.answer(this.desk.change(frame, this.passport?.rights), ref))
      case "moderate":
      case "group":
      case "invite":
      case "remove":
      case "quit":
      case "block":
      case "unblock":
      case "blocks":
      case "conversations":
        return this.paced(frame, this.allowed(), () => this.answer(this.desk.serve(frame, this.passport?.rights), ref))
      case "read":
      case "unread":
      case "forget": {
        const wait = frame.type === "read" ? this.marked() : this.allowed()
        return this.paced(frame, wait, () => this.answer(this.desk.mark(frame, this.passport?.rights), ref))
      }
      case "refresh":
        return this.renew(frame.token, ref)
      case "ping":
        this.client.tell({ type: "pong", ...(ref === undefined ? {} : { ref }) })
        return undefined
      default:
        return frame satisfies never
    }
  }

  /** Does what a frame asks for, unless its sender has to wait for that. */
  private paced(
    { ref, type }: ClientFrame,
    wait: number,
    serve: () => CloseReason | undefined
  ): CloseReason | undefined {
    return wait > 0 ? this.refuse(refusal("rate_limited", `too many frames ${type}`, undefined, wait), ref) : serve()
  }

  /** Answers what is asked about a room: of a private one that the client is not in, once it is known that it may be. */
  private among({ ref, roomId }: Ask | Inquiry, serve: () => CloseReason | undefined): CloseReason | undefined {
    if (!isPrivateRoom(roomId) || this.client.rooms.has(roomId)) return serve()
    return this.answer(this.desk.enter(roomId, ref, serve), ref)
  }

  private answer(error: ProtocolError | undefined, ref: Ref | undefined): CloseReason | undefined {
    return error === undefined ? undefined : this.refuse(error, ref)
  }

  /** Why a user may not do this in a room that moderators keep them out of. Whoever may not be in a room may leave it. */
  private barred(frame: ClientFrame): ProtocolError | undefined {
    const { moderation } = this.library
    if (moderation === undefined || frame.type === "unsubscribe") return undefined
    const roomId = "roomId" in frame ? frame.roomId : undefined
    const speaks = frame.type === "chat" || frame.type === "system"
    return moderation.bars(this.client.identity.userId, roomId ?? (speaks ? this.home : undefined))
  }

  /** Has the client enter a room, if it may: where it comes in by a frame, and where it was named when the connection was made. */
  enter(
    roomId: RoomId,
    ref: Ref | undefined,
    after: ResumePoint | undefined,
    history: number
  ): CloseReason | undefined {
    const { allowanceKey, client, hub, library } = this
    const subscribe = () => {
      // where it was looked up first whether they may come in
      const barred = library.moderation?.bars(client.identity.userId, roomId)
      if (barred !== undefined) return this.refuse(barred, ref)
      if (!hub.takes(roomId)) {
        return this.refuse(refusal("overloaded", "too many rooms are in use", "roomId", CROWDED_MS), ref)
      }
      const setting = library.moderation?.room(roomId)
      if (setting !== undefined && client.identity.dialect !== "plain") {
        client.tell({ type: "room", roomId, ...setting })
      }
      return this.submit({ _tag: "Subscribe", client, ref, roomId, after, history })
    }
    if (isPrivateRoom(roomId) && !client.rooms.has(roomId)) {
      return this.answer(this.desk.enter(roomId, ref, subscribe), ref)
    }
    if (!hub.exists(roomId)) {
      const wait = this.allowance.room(allowanceKey)
      if (wait > 0) return this.refuse(refusal("rate_limited", "too many new rooms", "roomId", wait), ref)
    }
    return subscribe()
  }

  private readable() {
    const { client, library } = this
    return (roomId: RoomId) => readable(client, library, this.passport?.rights, roomId)
  }

  private lookUp(frame: Ask): CloseReason | undefined {
    this.lookups ??= new Lookups(this.client, this.library, this.readable())
    const error = this.lookups.begin(frame)
    return error === undefined ? undefined : this.refuse(error, frame.ref)
  }

  private find(frame: Inquiry): CloseReason | undefined {
    this.finder ??= new Finder(this.client, this.library, this.allowanceKey, this.readable())
    return this.answer(this.finder.begin(frame), frame.ref)
  }

  private renew(token: string, ref: Ref | undefined): CloseReason | undefined {
    const error =
      this.renewal === undefined
        ? refusal("not_supported", "tokens are not taken here", "type")
        : this.renewal.begin(token, ref)
    return error === undefined ? undefined : this.refuse(error, ref)
  }

  submit(command: Command & { readonly ref: Ref | undefined }): CloseReason | undefined {
    if (this.hub.submit(command)) return undefined
    this.overloaded = true
    return this.refuse(refusal("overloaded", "the server is busy", undefined, OVERLOAD_MS), command.ref)
  }

  /** Answers with a refusal; a client that goes on regardless for long is closed. */
  refuse(error: ProtocolError, ref: Ref | undefined): CloseReason | undefined {
    this.hub.refused(error.code)
    this.client.tell(errorFrame(error, ref))
    const { refusals } = this.options
    this.refusals ??= new TokenBucket(refusals / 60, refusals, this.now())
    return this.refusals.take(this.now()) > 0 ? closeReasons.abuse : undefined
  }
}
