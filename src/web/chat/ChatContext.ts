/** What the parts of the chat share: who one is, what people and rooms are called, and where to go. */
import { createContext, useContext } from "react"
import type { Client, Member, Row } from "../../client/index.ts"
import type { Session } from "../session/Session.ts"
import type { Readable } from "../Cell.ts"

/** A room of one's list. */
export interface ListedRoom {
  readonly roomId: string
  readonly kind: "public" | "direct" | "group"
  /** What it is called: the id of a public room, the other's name, the group's title. */
  readonly name: string
  /** Of a direct conversation. */
  readonly peerId: string | undefined
  readonly unread: number
  readonly mentions: number
  readonly muted: boolean
}

export interface Place {
  readonly epoch: number
  readonly seq: number
}

export interface Chat {
  readonly session: Session
  readonly client: Client
  /** One's own user id; empty until welcomed. */
  readonly selfId: string
  /** Whether one may delete what others said. */
  readonly moderates: boolean
  /** The newest name that each user id was seen with. */
  nameOf(userId: string): string | undefined
  /** Those whose names are known, the most recent first: for completion. */
  readonly people: Readable<ReadonlyArray<Member>>
  readonly rooms: Readable<ReadonlyArray<ListedRoom>>
  /** Goes to a room, or to a message in it. */
  openRoom(roomId: string, at?: Place): void
  /** Goes to the conversation with a user, or asks for its first message. */
  openDirect(userId: string): void
  /** Has it read aloud, in good time, once. */
  announce(text: string): void
  /** Shows what one may order about a message's author, where one moderates. */
  moderate(row: Row, roomId: string): void
}

const Context = createContext<Chat | undefined>(undefined)

export const ChatProvider = Context.Provider

/** Throws outside of the chat. */
export const useChat = (): Chat => {
  const chat = useContext(Context)
  if (chat === undefined) throw new Error("there is no chat around this part")
  return chat
}
