/** A client that shows a token in whichever way, on a line of its own. */
import { PING, RawSocket, TEXT } from "../support/RawSocket.ts"

export interface Frame {
  readonly type: string
  readonly [field: string]: unknown
}

/** An upgrade with these headers, and its answer. */
export const upgrade = (
  server: { readonly port: number },
  query: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {}
) => RawSocket.upgrade(server, `/ws?${new URLSearchParams(query).toString()}`, headers)

export const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })

/** The header of a browser that offers `hubbub.v1`, with a token beside it if it has one. */
export const v1 = (token?: string) => ({
  "Sec-WebSocket-Protocol": token === undefined ? "hubbub.v1" : `hubbub.v1, bearer, ${token}`
})

export const say = (socket: RawSocket, frame: Readonly<Record<string, unknown>>) =>
  socket.send({ payload: JSON.stringify(frame) })

/** The next frame of this type; others are skipped. */
export const heard = async (socket: RawSocket, type: string): Promise<Frame> => {
  while (true) {
    const { opcode, payload } = await socket.frame()
    if (opcode === PING) continue
    if (opcode !== TEXT) throw new Error(`no ${type}, but opcode ${opcode}: ${payload.toString("hex")}`)
    const frame: Frame = JSON.parse(payload.toString())
    if (frame.type === type) return frame
  }
}
