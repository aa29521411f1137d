/**
 * The messages of a room: as many of them are drawn as are in view and a few around. What is read stays where it is, whatever comes before,
 * behind or above it; who is at the end stays there.
 */
import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual"
import {
  type Ref,
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState
} from "react"
import type { Position, Room, RoomSnapshot } from "../../client/index.ts"
import { catchUp, moveList } from "./catchUp.ts"
import { keepsInView, type List } from "./keepsInView.ts"
import { createListing, type Item } from "./Listing.ts"
import { ListTop, TOP_REM } from "./ListTop.tsx"
import { JumpButton } from "./JumpButton.tsx"
import { FloatingDay } from "./FloatingDay.tsx"
import styles from "./MessageList.module.css"
import type { RowActions } from "./RowActions.ts"
import { RowItem } from "./RowItem.tsx"
import { useJump } from "./useJump.ts"
import { useNewLine } from "./useNewLine.ts"
import { useOlder } from "./useOlder.ts"
import { reaches, useOpening } from "./useOpening.ts"
import { NEAR_END, usePinned } from "./usePinned.ts"
import { useReadMarks } from "./useReadMarks.ts"
import { useRowKeys } from "./useRowKeys.ts"
import { useTrim } from "./useTrim.ts"

export interface ListHandle {
  toEnd(): void
  /** Has a row of the list be in view, and leaves the focus where it is. */
  show(key: string): void
  toPlace(place: Position): void
  toMessage(messageId: string): void
}

interface MessageListProps {
  readonly room: Room
  readonly snapshot: RoomSnapshot
  /** Has the snapshot be that of now. */
  readonly flush: () => void
  /** What the room is called. */
  readonly title: string
  readonly selfId: string
  readonly moderates: boolean
  /** Where to open it, instead of at the first unread message or the end. */
  readonly at: Position | undefined
  readonly editingKey: string | undefined
  readonly actions: RowActions
  readonly ref: Ref<ListHandle>
}

/** Pixels from the top within which older messages are loaded. */
const AHEAD = 1500
/** Milliseconds in which the end that was gone to may turn out to be elsewhere. */
const SETTLE_MS = 1000
/** Milliseconds that a message which was gone to stands out. */
const FOUND_MS = 2400

const rootSize = () => Number.parseFloat(getComputedStyle(document.documentElement).fontSize)

const estimate = (item: Item | undefined): number => {
  if (item?.kind !== "message") return 40
  return (item.head ? 48 : 4) + 23 * Math.min(20, Math.ceil(item.row.content.length / 90))
}

/** What a key does about the message that has the focus; whether it does anything. */
const rowKey = (
  key: string,
  item: Item,
  article: HTMLElement,
  { actions, moderates, selfId }: Pick<MessageListProps, "actions" | "moderates" | "selfId">
): boolean => {
  if (item.kind !== "message" || item.row.type !== "chat" || item.row.deleted === true) return false
  const { row } = item
  const mine = row.userId === selfId
  if (row.status !== "sent") return false
  if (key === "r") actions.reply(row)
  else if (key === "e" && mine) actions.edit(row)
  else if (key === "Delete" && (mine || moderates)) actions.remove(row)
  else if (key === "+") article.querySelector<HTMLElement>("[data-toolbar] [data-react]")?.click()
  else return false
  return true
}

export const MessageList = (props: MessageListProps) => {
  const { actions, at, editingKey, flush, moderates, ref, room, selfId, snapshot, title } = props
  const scroller = useRef<HTMLDivElement>(null)
  const [listing] = useState(createListing)
  const line = useNewLine(room, snapshot)
  const { newFrom } = line
  const items = listing.update(snapshot.messages, { hasOlder: snapshot.hasOlder, selfId, newFrom })
  const older = useOlder(room)
  const jump = useJump(room, flush)
  const [foundKey, setFoundKey] = useState<string>()
  const top = useMemo(() => TOP_REM * rootSize(), [])

  const opening = useOpening(room, snapshot, line, at, jump.toPlace, flush)
  const look = useReadMarks(room, scroller, opening.open)
  const settles = useRef(-Infinity)
  const settle = () => (settles.current = performance.now() + SETTLE_MS)
  // rows of another width are of another height
  const { isPinned, pin, pinned } = usePinned(scroller, look, settle)
  const keys = useRowKeys(scroller, (key, item, article) => rowKey(key, item, article, props))

  const rangeExtractor = useCallback(
    (range: Range) => {
      const drawn = defaultRangeExtractor(range)
      // what has the focus has to be there to keep it
      const index = keys.heldKey === undefined ? -1 : items.findIndex(({ key }) => key === keys.heldKey)
      if (index < 0 || drawn.includes(index)) return drawn
      return [...drawn, index].sort((a, b) => a - b)
    },
    [items, keys.heldKey]
  )

  const drawnItems = useRef(items)
  const held = useRef<List>(undefined)
  if (drawnItems.current !== items && held.current !== undefined) catchUp(held.current)
  drawnItems.current = items

  const virtualizer = useVirtualizer<HTMLDivElement, HTMLLIElement>({
    count: items.length,
    getScrollElement: () => scroller.current,
    scrollToFn: moveList,
    estimateSize: (index) => estimate(items[index]),
    getItemKey: useCallback((index: number) => items[index]?.key ?? index, [items]),
    anchorTo: "end",
    followOnAppend: pinned,
    scrollEndThreshold: pinned ? NEAR_END : -1,
    overscan: 20,
    paddingStart: top,
    paddingEnd: 16,
    scrollPaddingStart: 56,
    scrollPaddingEnd: 24,
    rangeExtractor
  })
  virtualizer.shouldAdjustScrollPositionOnItemSizeChange = keepsInView
  held.current = virtualizer

  const toIndex = (index: number, align: "start" | "center" | "auto") => {
    pin(false)
    virtualizer.scrollToIndex(index, { align })
  }
  const toEnd = useCallback(() => {
    settle()
    pin(true)
    virtualizer.scrollToEnd()
  }, [pin, virtualizer])

  useImperativeHandle(ref, () => ({
    toEnd,
    show: (shown) => {
      const index = items.findIndex(({ key }) => key === shown)
      if (index >= 0) virtualizer.scrollToIndex(index, { align: "auto" })
    },
    toPlace: (place) => void jump.toPlace(place),
    toMessage: (messageId) => void jump.toMessage(messageId)
  }))

  // where it opens
  useLayoutEffect(() => {
    if (!opening.placing) return
    const index = items.findIndex(({ kind }) => kind === "new")
    if (jump.sought !== undefined) return opening.placed()
    if (index >= 0) toIndex(index, "start")
    // as near to the first unread message as was loaded
    else if (newFrom !== undefined && !reaches(snapshot, newFrom)) toIndex(0, "start")
    else toEnd()
    opening.placed()
  }, [opening.placing])

  // what was gone to
  const reached = useRef(jump.sought)
  useLayoutEffect(() => {
    const { sought } = jump
    if (sought === undefined || sought === reached.current) return
    const index = items.findIndex((item) => item.kind === "message" && sought(item.row))
    const item = items[index]
    if (item === undefined) return
    reached.current = sought
    toIndex(index, "center")
    setFoundKey(item.key)
    keys.focus(item)
  }, [jump.sought, items])
  useEffect(() => {
    if (foundKey === undefined) return undefined
    const timer = setTimeout(() => setFoundKey(undefined), FOUND_MS)
    return () => clearTimeout(timer)
  }, [foundKey, jump.sought])

  // what came at the end, where it does not only follow what was last
  const last = items.at(-1)
  const lastKey = last?.key
  const generation = listing.generation
  const wasGeneration = useRef(generation)
  useLayoutEffect(() => {
    if (!opening.open) return
    const anew = wasGeneration.current !== generation
    wasGeneration.current = generation
    const ownNow = last?.kind === "message" && last.row.status === "pending" && last.row.userId === selfId
    if (isPinned() || ownNow) toEnd()
    // the list was begun anew: what was read is no more, and the gap is before the first message
    else if (anew) virtualizer.scrollToOffset(0)
  }, [lastKey, items.length, generation])

  // the end is where it is once the rows there were measured
  const total = virtualizer.getTotalSize()
  useLayoutEffect(() => {
    if (isPinned() && performance.now() < settles.current) virtualizer.scrollToEnd()
  }, [total])

  useEffect(look, [items, look])

  const { scrollOffset } = virtualizer
  const nearTop = (scrollOffset ?? Infinity) < AHEAD
  useEffect(() => {
    if (opening.open && nearTop && snapshot.hasOlder && snapshot.gap === undefined) older.want()
  }, [nearTop, opening.open, snapshot.hasOlder, snapshot.gap, older, snapshot.messages[0]?.key])

  useTrim(room, pinned && opening.open, snapshot.messages.length)

  const drawn = virtualizer.getVirtualItems()
  const stopKey = keys.stopKey(drawn, virtualizer.range?.endIndex ?? 0, items)
  const first = items[virtualizer.range?.startIndex ?? 0]
  keys.use({ items, toIndex: (index) => virtualizer.scrollToIndex(index, { align: "auto" }), toEnd })

  return (
    <div className={styles["frame"]} data-open={opening.open}>
      <FloatingDay item={first} shown={virtualizer.isScrolling && !pinned} />
      <div ref={scroller} className={styles["scroller"]} data-scroller>
        <div className={styles["track"]} style={{ blockSize: total }}>
          <ListTop title={title} snapshot={snapshot} room={room} older={older} />
          <ol aria-label={`Messages in ${title}`} onKeyDown={keys.pressed} onFocus={keys.focused} onBlur={keys.blurred}>
            {drawn.map(({ index, key, start }) => {
              const item = items[index]
              if (item === undefined) return null
              const row = item.kind === "message" ? item.row : undefined
              return (
                <li
                  key={key}
                  ref={virtualizer.measureElement}
                  data-index={index}
                  data-at={row?.at === undefined ? undefined : `${row.at.epoch}.${row.at.seq}`}
                  aria-posinset={index + 1}
                  aria-setsize={snapshot.hasOlder ? -1 : items.length}
                  style={{ transform: `translateY(${start}px)` }}
                >
                  <RowItem
                    item={item}
                    selfId={selfId}
                    moderates={moderates}
                    answered={row?.replyTo === undefined ? undefined : listing.byId(row.replyTo)}
                    stop={key === stopKey}
                    found={key === foundKey}
                    editing={key === editingKey}
                    actions={actions}
                  />
                </li>
              )
            })}
          </ol>
        </div>
      </div>
      {jump.seeking ? (
        <p role="status" className={styles["seeking"]}>
          Looking for the message…
        </p>
      ) : null}
      <JumpButton
        items={items}
        pinned={pinned}
        open={opening.open}
        selfId={selfId}
        unread={snapshot.unread}
        onJump={toEnd}
      />
    </div>
  )
}
