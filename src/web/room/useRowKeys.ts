/** Going through the list by keys: one row has the focus, arrows move it, and letters do something about the message. */
import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from "react"
import type { Item } from "./Listing.ts"

interface Around {
  readonly items: ReadonlyArray<Item>
  toIndex(index: number): void
  toEnd(): void
}

interface RowKeys {
  /** Of the row that has the focus. */
  readonly heldKey: string | undefined
  /** Of the row that the tab key comes to, of those that are drawn: the last one that had the focus, or the newest. */
  stopKey(
    drawn: ReadonlyArray<{ readonly index: number }>,
    lastInView: number,
    items: ReadonlyArray<Item>
  ): string | undefined
  /** Gives the focus to a row, once it is drawn. */
  focus(item: Item): void
  /** What the list is at this drawing. */
  use(around: Around): void
  pressed(event: React.KeyboardEvent<HTMLElement>): void
  focused(event: React.FocusEvent<HTMLElement>): void
  blurred(event: React.FocusEvent<HTMLElement>): void
}

const rowOf = (target: EventTarget): HTMLElement | undefined =>
  (target instanceof Element ? target.closest<HTMLElement>("article[data-key]") : null) ?? undefined

/** `onRow` is told of other keys on a row; true where it took them. */
export const useRowKeys = (
  scroller: RefObject<HTMLElement | null>,
  onRow: (key: string, item: Item, article: HTMLElement) => boolean
): RowKeys => {
  const [heldKey, setHeldKey] = useState<string>()
  const [lastKey, setLastKey] = useState<string>()
  const around = useRef<Around>(undefined)
  /** The row that is to have the focus once it is drawn. */
  const wanted = useRef<string>(undefined)

  const focusDrawn = (wantedKey: string): boolean => {
    const row = [...(scroller.current?.querySelectorAll<HTMLElement>("article[data-key]") ?? [])].find(
      ({ dataset }) => dataset["key"] === wantedKey
    )
    row?.focus({ preventScroll: true })
    return row !== undefined
  }

  useLayoutEffect(() => {
    if (wanted.current !== undefined && focusDrawn(wanted.current)) wanted.current = undefined
  })

  const focus = ({ key }: Item) => {
    // at once where it is there: nothing need be drawn anew for it, and a later drawing would take the focus from wherever it is by then
    wanted.current = focusDrawn(key) ? undefined : key
    // drawn from now on
    setHeldKey(key)
    setLastKey(key)
  }

  const go = (from: number, step: 1 | -1) => {
    const { items, toIndex } = around.current ?? {}
    if (items === undefined || toIndex === undefined) return
    let index = from
    while (items[index] !== undefined && items[index]?.kind !== "message") index += step
    const item = items[index]
    if (item === undefined) return
    focus(item)
    toIndex(index)
  }

  const pressed = (event: React.KeyboardEvent<HTMLElement>) => {
    const row = rowOf(event.target)
    const { items } = around.current ?? {}
    if (row === undefined || items === undefined || event.target !== row) return
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const index = items.findIndex(({ key }) => key === row.dataset["key"])
    const item = items[index]
    if (item === undefined) return
    if (event.key === "ArrowUp") go(index - 1, -1)
    else if (event.key === "ArrowDown") go(index + 1, 1)
    else if (event.key === "Home") go(0, 1)
    else if (event.key === "End") {
      go(items.length - 1, -1)
      around.current?.toEnd()
    } else if (!onRow(event.key, item, row)) return
    event.preventDefault()
  }

  return {
    heldKey,
    stopKey: (drawn, lastInView, items) => {
      const shown = drawn.filter(({ index }) => items[index]?.kind === "message")
      const held = shown.find(({ index }) => items[index]?.key === lastKey)
      const newest = shown.findLast(({ index }) => index <= lastInView)
      return items[(held ?? newest ?? shown.at(-1))?.index ?? -1]?.key
    },
    focus,
    use: (next) => {
      around.current = next
    },
    pressed,
    focused: useCallback((event: React.FocusEvent<HTMLElement>) => {
      const key = rowOf(event.target)?.dataset["key"]
      if (key === undefined) return
      setHeldKey(key)
      setLastKey(key)
    }, []),
    blurred: useCallback((event: React.FocusEvent<HTMLElement>) => {
      if (!event.currentTarget.contains(event.relatedTarget)) setHeldKey(undefined)
    }, [])
  }
}
