/** Does what rows ask for, and tells where something did not work. */
import { type RefObject, useMemo, useRef } from "react"
import type { Room, Row } from "../../client/index.ts"
import type { Chat } from "../chat/ChatContext.ts"
import { problemText } from "../chat/problemText.ts"
import { roomPath } from "../Route.ts"
import { notify } from "../ui/Notices.tsx"
import { copied } from "./copied.ts"
import type { ListHandle } from "./MessageList.tsx"
import type { RowActions } from "./RowActions.ts"

interface Wiring {
  readonly chat: Chat
  readonly room: Room
  readonly list: RefObject<ListHandle | null>
  readonly onReply: (row: Row) => void
  readonly onEdit: (row: Row) => void
  readonly onRemove: (row: Row) => void
}

const told = (error: unknown) => notify(problemText(error), { kind: "error" })

export const useRowActions = (wiring: Wiring): RowActions => {
  const { chat, room } = wiring
  const now = useRef(wiring)
  now.current = wiring
  return useMemo(
    () => ({
      reply: (row) => now.current.onReply(row),
      edit: (row) => now.current.onEdit(row),
      remove: (row) => now.current.onRemove(row),
      react: (row, emoji) => {
        const mine = row.reactions?.[emoji]?.includes(chat.selfId) === true
        room.react(row, emoji, mine).catch(told)
      },
      // a refusal stands in the list
      retry: (row) => void room.retry(row.messageId).catch(() => undefined),
      discard: (row) => room.discard(row.messageId),
      jump: (messageId) => now.current.list.current?.toMessage(messageId),
      copyText: (row) => void copied(row.content, "Text copied"),
      copyLink: (row) => void copied(location.origin + roomPath(room.id, row.at), "Link to the message copied"),
      openUser: (userId) => {
        if (userId !== chat.selfId) chat.openDirect(userId)
      },
      openRoom: (roomId) => chat.openRoom(roomId),
      moderate: (row) => chat.moderate(row, room.id),
      nameOf: chat.nameOf
    }),
    [chat, room]
  )
}
