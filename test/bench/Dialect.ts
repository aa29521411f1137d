import { blankRef, parseRef, refLength } from "./Stamp.ts"

/** What a peer speaks inside its frames: where to connect, how to say something, and what its other texts mean. */
export interface Dialect {
  path(user: string, room: string): string
  chat(content: string): string
  /** What to do about a text frame that is no chat message. */
  control(text: string): Control
  /** Whether the upgrade alone makes the connection usable; otherwise a control text says so. */
  readonly usableOnUpgrade: boolean
  /** What to ask for in `Sec-WebSocket-Protocol`. */
  readonly protocol: string | undefined
  /** Whether the sender of a message is told that it was taken. */
  readonly acknowledges: boolean
}

type Control =
  | { readonly type: "presence" }
  | { readonly type: "usable" }
  | { readonly type: "refreshed" }
  | { readonly type: "ping" }
  | { readonly type: "answer"; readonly text: string }
  | { readonly type: "failure"; readonly text: string }
  | { readonly type: "ack" | "refusal"; readonly sender: number; readonly number: number }

export type DialectName = "plain" | "v1" | "socketio"

const plain: Dialect = {
  path: (user, room) => `/ws?userId=u${user}&username=U${user}&room=${room}&history=0`,
  chat: (content) => JSON.stringify({ type: "chat", content }),
  control: (text) => (text.includes('"type":"error"') ? { type: "failure", text } : { type: "presence" }),
  usableOnUpgrade: true,
  protocol: undefined,
  acknowledges: false
}

const stamped = new RegExp(`"ref":"([0-9a-v]{${refLength}})"`)

/** `hubbub.v1`: the stamp comes back as the `ref` of the message's ack, or of its refusal. */
const v1: Dialect = {
  path: plain.path,
  chat: (content) => JSON.stringify({ type: "chat", content, ref: blankRef }),
  control: (text) => {
    const refused = text.includes('"type":"error"')
    if (refused || text.includes('"type":"ack"')) {
      const ref = stamped.exec(text)?.[1]
      return ref === undefined ? { type: "failure", text } : { type: refused ? "refusal" : "ack", ...parseRef(ref) }
    }
    if (text.includes('"type":"subscribed"')) return { type: "usable" }
    if (text.includes('"type":"refreshed"')) return { type: "refreshed" }
    return plain.control(text)
  },
  usableOnUpgrade: false,
  protocol: "hubbub.v1",
  acknowledges: true
}

/** Engine.IO packets (`0` open, `2` ping, `3` pong, `4` message) around Socket.IO ones (`0` connect, `2` event, `4` error). */
const socketio: Dialect = {
  path: (user, room) => `/socket.io/?EIO=4&transport=websocket&userId=u${user}&username=U${user}&room=${room}`,
  chat: (content) => `42${JSON.stringify(["chat", { type: "chat", content }])}`,
  control: (text) => {
    if (text.startsWith("0")) return { type: "answer", text: "40" }
    if (text.startsWith("40")) return { type: "usable" }
    if (text === "2") return { type: "ping" }
    return { type: "failure", text }
  },
  usableOnUpgrade: false,
  protocol: undefined,
  acknowledges: false
}

export const dialects: Record<DialectName, Dialect> = { plain, v1, socketio }
