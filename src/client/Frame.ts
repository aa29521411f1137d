/** Frames of `hubbub.v1` as a client sees them: the server's own types without their brands, so that plain strings do. */
import type { ClientFrame } from "../domain/ClientFrame.ts"
import type { Message as ServerMessage } from "../domain/Message.ts"
import type { ServerFrame } from "../domain/ServerFrame.ts"

type Plain<A> = A extends string
  ? // a branded string is an object as well
    A extends object
    ? string
    : A
  : A extends ReadonlyArray<infer B>
    ? ReadonlyArray<Plain<B>>
    : A extends object
      ? { readonly [K in keyof A]: Plain<A[K]> }
      : A

type Optional<A> = { [K in keyof A]: object extends Pick<A, K> ? K : never }[keyof A]

/** What is left out may be there as undefined, which JSON leaves out. */
type Loose<A> = A extends unknown ? Omit<A, Optional<A>> & { readonly [K in Optional<A>]?: A[K] | undefined } : never

/** What a client may send. */
export type Outgoing = Loose<Plain<ClientFrame>>
export type Order = Omit<Extract<Outgoing, { readonly type: "moderate" }>, "type" | "ref">

/** What a server sends, but for messages, by `type`. */
export type Frame<T extends ServerFrame["type"]> = Plain<Extract<ServerFrame, { readonly type: T }>>

/** A message of a room as the server sends it. */
export type Message = Plain<ServerMessage>
/** Where a send was kept: `seq` in `epoch` of `roomId`; `duplicate` where an earlier send of the same id was. */
export type Ack = Frame<"ack">
export type Welcome = Frame<"welcome">
export type Member = Frame<"presence">["users"][number]
export type Change = Frame<"edited"> | Frame<"deleted"> | Frame<"purged"> | Frame<"reaction">

/** The answer to a subscribe: the room's position and, to who said what they have, what they missed. */
export type Subscribed = Frame<"subscribed">

/** Whatever a server sends. `ref` is that of what it answers. */
export type Incoming = (
  | Message
  | { [T in Exclude<ServerFrame["type"], Message["type"]>]: Frame<T> }[Exclude<ServerFrame["type"], Message["type"]>]
) & { readonly ref?: string | number; readonly roomId?: string }
