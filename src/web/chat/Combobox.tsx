/** A field with the list of what fits under it, by the pattern of the ARIA practices: the focus stays in the field, arrows choose. */
import { type ReactNode, useEffect, useId, useRef, useState } from "react"
import { firstFocus } from "./firstFocus.ts"
import styles from "./Combobox.module.css"

export interface Choice {
  readonly id: string
  readonly content: ReactNode
}

interface ComboboxProps {
  readonly label: string
  readonly placeholder?: string
  readonly query: string
  readonly onQuery: (query: string) => void
  readonly choices: ReadonlyArray<Choice>
  readonly onPick: (id: string) => void
  /** Where there are no choices. */
  readonly empty?: ReactNode
  /** Read aloud with the field. */
  readonly describedBy?: string
  readonly invalid?: boolean
  /** The label is read aloud only. */
  readonly bare?: boolean
}

export const Combobox = (props: ComboboxProps) => {
  const { bare = false, choices, describedBy, empty, invalid, label, onPick, onQuery, placeholder, query } = props
  const id = useId()
  const list = useRef<HTMLUListElement>(null)
  const [active, setActive] = useState(0)
  const at = Math.min(active, choices.length - 1)

  useEffect(() => setActive(0), [query])
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" })
  }, [at])

  const pressed = (event: React.KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    const to = (index: number) => {
      event.preventDefault()
      setActive((index + choices.length) % Math.max(1, choices.length))
    }
    if (event.key === "ArrowDown") to(at + 1)
    else if (event.key === "ArrowUp") to(at - 1)
    else if (event.key === "PageDown") to(Math.min(choices.length - 1, at + 8))
    else if (event.key === "PageUp") to(Math.max(0, at - 8))
    else if (event.key === "Enter") {
      const choice = choices[at]
      if (choice === undefined) return
      event.preventDefault()
      onPick(choice.id)
    }
  }

  return (
    <div className={styles["combobox"]}>
      <label htmlFor={`${id}-field`} className={bare ? "unseen" : styles["label"]}>
        {label}
      </label>
      <input
        ref={firstFocus}
        id={`${id}-field`}
        className={styles["field"]}
        role="combobox"
        aria-expanded={choices.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={choices.length > 0 ? `${id}-${at}` : undefined}
        aria-describedby={describedBy}
        aria-invalid={invalid}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        dir="auto"
        placeholder={placeholder}
        value={query}
        onChange={(event) => onQuery(event.currentTarget.value)}
        onKeyDown={pressed}
      />
      <ul ref={list} id={`${id}-list`} role="listbox" aria-label={label} className={styles["list"]}>
        {choices.map((choice, index) => (
          <li
            key={choice.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at}
            className={styles["choice"]}
            // the focus stays in the field
            onPointerDown={(event) => event.preventDefault()}
            onPointerMove={() => setActive(index)}
            onClick={() => onPick(choice.id)}
          >
            {choice.content}
          </li>
        ))}
      </ul>
      {choices.length === 0 ? <div className={styles["empty"]}>{empty}</div> : null}
    </div>
  )
}
