/** All emoji to choose from, over the page: found by name, or by looking. */
import { useDeferredValue, useEffect, useId, useMemo, useRef, useState } from "react"
import { useReadable } from "../../Cell.ts"
import { Failed, Skeleton } from "../../ui/States.tsx"
import { EmojiGrid, type Group } from "./EmojiGrid.tsx"
import { emojis } from "./emojis.ts"
import type { Emoji, EmojiSet } from "./EmojiSet.ts"
import { placeBeside } from "./placeBeside.ts"
import { recentEmoji, rememberEmoji } from "./recentEmoji.ts"
import styles from "./EmojiPicker.module.css"

interface EmojiPickerProps {
  /** What it stands beside; has the focus again once it is closed by the keyboard. */
  readonly anchor: HTMLElement
  readonly onPick: (emoji: string) => void
  readonly onClose: () => void
}

const RECENT = "Recent"

const isTouched = () => matchMedia("(pointer: coarse)").matches

/** In a row: as many as fingers can tell apart on a narrow screen. */
const columnsHere = () => (isTouched() ? 7 : 9)

const groupsOf = (set: EmojiSet, query: string, recent: ReadonlyArray<string>): ReadonlyArray<Group> => {
  if (query.trim() !== "") return [{ name: "Found", emojis: set.search(query) }]
  const known = recent.map(set.byEmoji).filter((one) => one !== undefined)
  return known.length === 0 ? set.categories : [{ name: RECENT, emojis: known }, ...set.categories]
}

/** Open for as long as it is there. */
export const EmojiPicker = ({ anchor, onClose, onPick }: EmojiPickerProps) => {
  const panel = useRef<HTMLDivElement>(null)
  const search = useRef<HTMLInputElement>(null)
  const id = useId()
  const set = useReadable(emojis)
  const [failed, setFailed] = useState(false)
  const [query, setQuery] = useState("")
  const [shown, setShown] = useState<Emoji>()
  const [recent] = useState(recentEmoji)
  const [columns] = useState(columnsHere)
  const asked = useDeferredValue(query)
  const groups = useMemo(() => (set === undefined ? [] : groupsOf(set, asked, recent)), [set, asked, recent])
  const headingId = (name: string) => `${id}-${name.replace(/\W+/g, "")}`
  const closed = useRef(onClose)
  closed.current = onClose

  const load = async () => {
    setFailed(false)
    setFailed((await emojis.load()) === undefined)
  }

  useEffect(() => {
    void load()
  }, [])

  useEffect(() => {
    const element = panel.current
    if (element === null) return undefined
    const place = () => placeBeside(element, anchor)
    element.showPopover()
    place()
    // a phone's keyboard would cover what is to be chosen from
    const first = isTouched() ? element : search.current
    first?.focus({ preventScroll: true })
    const toggled = (event: Event) => {
      if ("newState" in event && event.newState === "closed") closed.current()
    }
    element.addEventListener("toggle", toggled)
    addEventListener("resize", place)
    return () => {
      element.removeEventListener("toggle", toggled)
      removeEventListener("resize", place)
    }
  }, [anchor])

  const pick = (emoji: string) => {
    rememberEmoji(emoji)
    onPick(emoji)
    onClose()
  }

  const first = groups[0]?.emojis[0]
  const searching = asked.trim() !== ""
  return (
    <div
      ref={panel}
      popover="auto"
      tabIndex={-1}
      role="dialog"
      aria-label="Choose an emoji"
      className={styles["picker"]}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return
        event.preventDefault()
        event.stopPropagation()
        onClose()
        anchor.focus()
      }}
    >
      <input
        ref={search}
        type="search"
        className={styles["search"]}
        aria-label="Search emoji"
        placeholder="Search emoji"
        autoComplete="off"
        spellCheck={false}
        value={query}
        onChange={(event) => setQuery(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return
          if (event.key === "Enter" && searching && first !== undefined) {
            event.preventDefault()
            pick(first.emoji)
          } else if (event.key === "ArrowDown") {
            event.preventDefault()
            panel.current?.querySelector<HTMLButtonElement>("[role=grid] [tabindex='0']")?.focus()
          }
        }}
      />
      {set === undefined || searching ? null : (
        <nav aria-label="Kinds of emoji" className={styles["kinds"]}>
          {groups.map(({ emojis, name }) => (
            <button
              key={name}
              type="button"
              aria-label={name}
              title={name}
              onClick={() => document.getElementById(headingId(name))?.scrollIntoView({ block: "start" })}
            >
              {name === RECENT ? "🕘" : emojis[0]?.emoji}
            </button>
          ))}
        </nav>
      )}
      <div className={styles["all"]}>
        {set !== undefined ? null : failed ? (
          <Failed title="The emoji could not be loaded" onRetry={() => void load()} />
        ) : (
          <Skeleton label="Loading emoji" lines={6} />
        )}
        {set === undefined || first === undefined ? null : (
          <EmojiGrid
            groups={groups}
            columns={columns}
            headingId={headingId}
            onPick={pick}
            onShow={setShown}
            onLeave={() => search.current?.focus()}
          />
        )}
        {set !== undefined && first === undefined ? <p className={styles["none"]}>No emoji has that name.</p> : null}
      </div>
      <p className={styles["shown"]} aria-hidden="true">
        {shown === undefined ? (
          "Point at an emoji to see its name."
        ) : (
          <>
            <span className={styles["sample"]}>{shown.emoji}</span>
            <span className={styles["name"]}>{shown.description}</span>
            <code>:{shown.names[0]}:</code>
          </>
        )}
      </p>
      <p className="unseen" role="status">
        {searching && set !== undefined ? `${groups[0]?.emojis.length ?? 0} emoji found` : null}
      </p>
    </div>
  )
}
