/** Users who change what was said, over the real engine. */
import { assert } from "@effect/vitest"
import { randomUUID } from "node:crypto"
import { Effect, Layer } from "effect"
import { Amender } from "../../src/connection/Amender.ts"
import { Connections } from "../../src/connection/Connections.ts"
import { Content } from "../../src/domain/Content.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import type { Position } from "../../src/domain/Position.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { UserId } from "../../src/domain/UserId.ts"
import { Rights } from "../../src/identity/Rights.ts"
import { engineLayer } from "./Engine.ts"
import type { FakeSocket } from "./FakeSocket.ts"

export const lobby = RoomId.make("lobby")

/** An engine with what finds messages and has them changed. */
export const amending = (...engine: Parameters<typeof engineLayer>) =>
  Amender.layer.pipe(Layer.provideMerge(engineLayer(...engine)))

/** Says something in the lobby and waits until it is kept. */
export const say = Effect.fnUntraced(function* (socket: FakeSocket, content: string, roomId = "lobby") {
  const messageId = MessageId.make(randomUUID())
  socket.say({ type: "chat", roomId, content, messageId, ref: messageId })
  const { epoch, seq } = yield* socket.until("ack", ({ ref }) => ref === messageId)
  assert.isNumber(seq)
  return { messageId, at: { epoch, seq } as Position }
})

interface Asked {
  readonly messageId: string
  readonly at?: Position
  /** What it is to say; it is deleted without. */
  readonly content?: string
  readonly roomId?: string
  readonly ref?: string
  readonly moderates?: boolean
  readonly rights?: Rights
}

/** Asks for a change as a user's first connection does; the hub answers that. */
export const change = Effect.fnUntraced(function* (
  user: string,
  { at, content, messageId, moderates = false, ref, rights = Rights.open, roomId = "lobby" }: Asked
) {
  const amender = yield* Amender
  const [known] = (yield* Connections).of(UserId.make(user))
  assert.isDefined(known)
  const target = {
    roomId: RoomId.make(roomId),
    messageId: MessageId.make(messageId),
    ...(at === undefined ? {} : { at })
  }
  yield* amender.amend(
    { client: known.client, rights, moderates, ref, forbidden: () => undefined },
    content === undefined ? { type: "delete", ...target } : { type: "edit", ...target, content: Content.make(content) }
  )
})

/** What a change is refused with before it reaches the hub. */
export const refused = (user: string, asked: Asked) => Effect.map(Effect.flip(change(user, asked)), ({ code }) => code)

/** Changes something and waits until that is kept. */
export const changed = Effect.fnUntraced(function* (socket: FakeSocket, user: string, asked: Asked) {
  const ref = randomUUID()
  yield* change(user, { ...asked, ref })
  yield* socket.when(() => socket.frames.some((frame) => frame["ref"] === ref))
  return socket.frames.find((frame) => frame["ref"] === ref)!
})
