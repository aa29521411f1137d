/** What a peer speaks inside its frames: where to connect, how to say something, and what its other texts mean. */
export interface Dialect {
  path(user: string, room: string): string
  chat(content: string): string
  /** What to do about a text frame that is no chat message. */
  control(text: string): Control
  /** Whether the upgrade alone makes the connection usable; otherwise a control text says so. */
  readonly usableOnUpgrade: boolean
}

type Control =
  | { readonly type: "presence" }
  | { readonly type: "usable" }
  | { readonly type: "ping" }
  | { readonly type: "answer"; readonly text: string }
  | { readonly type: "failure"; readonly text: string }

export type DialectName = "plain" | "socketio"

const plain: Dialect = {
  path: (user, room) => `/ws?userId=u${user}&username=U${user}&room=${room}&history=0`,
  chat: (content) => JSON.stringify({ type: "chat", content }),
  control: (text) => (text.includes('"type":"error"') ? { type: "failure", text } : { type: "presence" }),
  usableOnUpgrade: true
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
  usableOnUpgrade: false
}

export const dialects: Record<DialectName, Dialect> = { plain, socketio }
