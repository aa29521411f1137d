/**
 * A list to choose from while writing, by the combobox pattern of the ARIA practices: the focus stays in the text, arrows move the choice,
 * Enter and Tab take it, Escape closes the list until something else is begun.
 */
import { type KeyboardEvent, type RefObject, useEffect, useId, useMemo, useState } from "react"
import type { Member } from "../../../client/index.ts"
import { useReadable } from "../../Cell.ts"
import { emojis } from "../../content/emoji/emojis.ts"
import type { Draft } from "../Draft.ts"
import { replaceText } from "../replaceText.ts"
import { type Suggestion, suggestionsFor } from "./suggestionsFor.ts"
import { triggerAt } from "./Trigger.ts"

interface CompletionOptions {
  readonly area: RefObject<HTMLTextAreaElement | null>
  readonly draft: Draft
  readonly people: ReadonlyArray<Member>
  readonly roomIds: ReadonlyArray<string>
  readonly selfId: string
  /** Before the text is put there. */
  readonly onPick: (suggestion: Suggestion) => void
}

export interface Completion {
  readonly id: string
  /** What the list is of, for who hears it. */
  readonly label: string
  /** Empty where there is no list. */
  readonly suggestions: ReadonlyArray<Suggestion>
  readonly active: number
  readonly optionId: (index: number) => string
  readonly pick: (suggestion: Suggestion) => void
  /** To be told where the caret is; undefined where nothing is to be offered, as while a letter is composed. */
  readonly moved: (caret: number | undefined) => void
  /** Whether the key was the list's. */
  readonly pressed: (event: KeyboardEvent) => boolean
}

const LABELS = { "@": "People", "#": "Rooms", ":": "Emoji" } as const

export const useCompletion = (options: CompletionOptions): Completion => {
  const { area, draft, onPick, people, roomIds, selfId } = options
  const id = useId()
  const known = useReadable(emojis)
  const [caret, setCaret] = useState<number>()
  const [closedAt, setClosedAt] = useState<number>()
  const [choice, setChoice] = useState({ query: "", index: 0 })

  const trigger = caret === undefined ? undefined : triggerAt(draft.text, caret, draft.picked)
  const { from, query = "", sign } = trigger ?? {}
  const open = trigger !== undefined && from !== closedAt

  useEffect(() => {
    if (sign === ":") void emojis.load()
  }, [sign])

  const suggestions = useMemo(
    () =>
      open && sign !== undefined
        ? suggestionsFor({ sign, query, from: 0 }, { people, roomIds, selfId, emojis: known })
        : [],
    [open, sign, query, people, roomIds, selfId, known]
  )
  const size = suggestions.length
  const active = choice.query === query ? Math.min(choice.index, Math.max(0, size - 1)) : 0

  const pick = (suggestion: Suggestion) => {
    const element = area.current
    if (element === null || from === undefined || caret === undefined) return
    onPick(suggestion)
    // one blank is enough
    const text = /\s/u.test(draft.text.charAt(caret)) ? suggestion.text.trimEnd() : suggestion.text
    replaceText(element, from, caret, text)
  }

  const pressed = (event: KeyboardEvent): boolean => {
    if (size === 0 || event.nativeEvent.isComposing || event.altKey || event.ctrlKey || event.metaKey) return false
    const to = (index: number) => setChoice({ query, index: (index + size) % size })
    const chosen = suggestions[active]
    if (event.key === "ArrowDown") to(active + 1)
    else if (event.key === "ArrowUp") to(active - 1)
    else if (event.key === "Escape") setClosedAt(from)
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey && chosen !== undefined) pick(chosen)
    else return false
    event.preventDefault()
    event.stopPropagation()
    return true
  }

  return {
    id,
    label: LABELS[sign ?? "@"],
    suggestions,
    active,
    optionId: (index) => `${id}-${index}`,
    pick,
    moved: (place) => {
      setCaret(place)
      if (place === undefined || triggerAt(area.current?.value ?? "", place, draft.picked)?.from !== closedAt)
        setClosedAt(undefined)
    },
    pressed
  }
}
