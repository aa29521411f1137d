/** Tells users how far they have read over the connections they have. */
import { Effect, Layer } from "effect"
import { textFrame } from "../actor/textFrame.ts"
import { encodeServerFrame } from "../domain/ServerFrame.ts"
import { Audience } from "../reading/Audience.ts"
import { Connections } from "./Connections.ts"

/** Needs the connections. */
export const layer = Layer.effect(
  Audience,
  Effect.map(Connections, (connections): Audience => ({
    has: (userId) => {
      for (const _ of connections.of(userId)) return true
      return false
    },
    tell: (userId, roomId, frame, but) => {
      let text: Buffer | undefined
      for (const connection of connections.of(userId)) {
        const { client } = connection
        const { connectionId, dialect } = client.identity
        if (dialect === "plain" || connectionId === but || !connection.enters(roomId)) continue
        client.mailbox.offer((text ??= textFrame(encodeServerFrame(frame))))
        client.mailbox.flush()
      }
    }
  }))
)
