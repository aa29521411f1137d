/** What the browser shows of the page while it shows another one: where one is, and whether something is unread. */
import { useEffect, useSyncExternalStore } from "react"
import { useHall } from "./HallContext.ts"

const MOST = 99

const bubble = "M6 4h20a4 4 0 0 1 4 4v11a4 4 0 0 1-4 4H15l-7 6v-6H6a4 4 0 0 1-4-4V8a4 4 0 0 1 4-4z"
const waves = "M9 15v-3m4.7 6V9m4.6 9v-7m4.7 4v-3"

/** The page's sign with a dot on it. */
const dotted = `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="#c4472b" d="${bubble}"/><path fill="none" stroke="#fff" stroke-linecap="round" stroke-width="3" d="${waves}"/><circle cx="25" cy="8" r="7" fill="#1f5fbf" stroke="#fff" stroke-width="2"/></svg>`
)}`

const iconLink = () => document.querySelector<HTMLLinkElement>("link[rel=icon]")

/** `(3) #general – Hubbub` */
export const pageTitle = (unread: number, room: string | undefined, house: string): string => {
  const count = unread === 0 ? "" : `(${unread > MOST ? `${MOST}+` : unread}) `
  return `${count}${room === undefined ? "" : `${room} – `}${house}`
}

export const usePageTitle = (roomId: string | undefined, house: string): void => {
  const { rooms, titleOf } = useHall()
  // these alone: the list is another one with each message
  const unread = useSyncExternalStore(rooms.subscribe, () =>
    rooms.getSnapshot().reduce((sum, room) => (room.muted ? sum : sum + room.unread), 0)
  )
  const room = useSyncExternalStore(rooms.subscribe, () => (roomId === undefined ? undefined : titleOf(roomId)))
  const hasUnread = unread > 0

  useEffect(() => {
    document.title = pageTitle(unread, room, house)
  }, [unread, room, house])

  useEffect(() => () => void (document.title = house), [house])

  useEffect(() => {
    const link = iconLink()
    if (link === null || !hasUnread) return undefined
    const plain = link.href
    link.href = dotted
    return () => {
      link.href = plain
    }
  }, [hasUnread])
}
