/** Emoji in rows under headings: one of them can be tabbed to, arrows lead to the others. */
import { type KeyboardEvent, useMemo, useRef, useState } from "react"
import type { Emoji } from "./EmojiSet.ts"
import { moveInRows, type Spot } from "./moveInRows.ts"
import styles from "./EmojiPicker.module.css"

export interface Group {
  readonly name: string
  readonly emojis: ReadonlyArray<Emoji>
}

interface EmojiGridProps {
  readonly groups: ReadonlyArray<Group>
  /** In a row. */
  readonly columns: number
  readonly headingId: (name: string) => string
  readonly onPick: (emoji: string) => void
  /** One is pointed at or has the focus. */
  readonly onShow: (emoji: Emoji) => void
  /** Above the first row. */
  readonly onLeave: () => void
}

const rowsOf = (emojis: ReadonlyArray<Emoji>, columns: number): ReadonlyArray<ReadonlyArray<Emoji>> =>
  Array.from({ length: Math.ceil(emojis.length / columns) }, (_, row) =>
    emojis.slice(row * columns, (row + 1) * columns)
  )

export const EmojiGrid = ({ columns, groups, headingId, onLeave, onPick, onShow }: EmojiGridProps) => {
  const grid = useRef<HTMLDivElement>(null)
  const [spot, setSpot] = useState<Spot>({ row: 0, column: 0 })
  const parts = useMemo(() => {
    let first = 0
    return groups.map(({ emojis, name }) => {
      const rows = rowsOf(emojis, columns)
      const part = { name, rows, first }
      first += rows.length
      return part
    })
  }, [groups, columns])
  const lengths = useMemo(() => parts.flatMap(({ rows }) => rows.map((row) => row.length)), [parts])
  const current = spot.row < lengths.length ? spot : { row: 0, column: 0 }

  const pressed = (event: KeyboardEvent) => {
    const mirrored = getComputedStyle(event.currentTarget).direction === "rtl"
    const key = mirrored ? ({ ArrowLeft: "ArrowRight", ArrowRight: "ArrowLeft" }[event.key] ?? event.key) : event.key
    const next = moveInRows(lengths, current, key)
    if (next === undefined) return
    event.preventDefault()
    if (key === "ArrowUp" && current.row === 0) return onLeave()
    setSpot(next)
    const button = grid.current?.querySelector<HTMLButtonElement>(
      `[data-row="${next.row}"][data-column="${next.column}"]`
    )
    button?.focus()
    button?.scrollIntoView({ block: "nearest" })
  }

  return (
    <div ref={grid} className={styles["grid"]} onKeyDown={pressed}>
      {parts.map(({ first, name, rows }) => (
        <section key={name} className={styles["group"]}>
          <h2 id={headingId(name)} className={styles["heading"]}>
            {name}
          </h2>
          <div role="grid" aria-labelledby={headingId(name)}>
            {rows.map((row, index) => (
              <div
                key={index}
                role="row"
                className={styles["row"]}
                style={{ gridTemplateColumns: `repeat(${columns}, 1fr)` }}
              >
                {row.map((emoji, column) => (
                  <div key={emoji.emoji} role="gridcell">
                    <button
                      type="button"
                      className={styles["emoji"]}
                      aria-label={emoji.description}
                      data-row={first + index}
                      data-column={column}
                      tabIndex={current.row === first + index && current.column === column ? 0 : -1}
                      onClick={() => onPick(emoji.emoji)}
                      onMouseEnter={() => onShow(emoji)}
                      onFocus={() => {
                        setSpot({ row: first + index, column })
                        onShow(emoji)
                      }}
                    >
                      {emoji.emoji}
                    </button>
                  </div>
                ))}
              </div>
            ))}
          </div>
        </section>
      ))}
    </div>
  )
}
