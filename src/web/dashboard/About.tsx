/** What a figure means, one press away from it. */
import { useId, useRef } from "react"
import { IconButton } from "../ui/Button.tsx"
import styles from "./About.module.css"

/** A name and what it means. */
export type Definition = readonly [term: string, meaning: string]

interface AboutProps {
  readonly title: string
  readonly definitions: ReadonlyArray<Definition>
  /** Which version of the definitions the numbers follow. */
  readonly version: number | undefined
}

export const About = ({ definitions, title, version }: AboutProps) => {
  const id = useId()
  const bubble = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)

  const place = () => {
    const anchor = button.current?.getBoundingClientRect()
    const element = bubble.current
    if (anchor === undefined || element === null) return
    const { height, width } = element.getBoundingClientRect()
    const below = anchor.bottom + 4 + height <= innerHeight
    element.style.top = `${below ? anchor.bottom + 4 : Math.max(8, anchor.top - 4 - height)}px`
    element.style.left = `${Math.min(Math.max(8, anchor.left), Math.max(8, innerWidth - width - 8))}px`
  }

  return (
    <>
      <IconButton ref={button} icon="help" label={`What “${title}” means`} small popoverTarget={id} />
      <div
        ref={bubble}
        id={id}
        popover="auto"
        role="dialog"
        aria-label={`What “${title}” means`}
        className={styles["bubble"]}
        onToggle={place}
      >
        <dl>
          {definitions.map(([term, meaning]) => (
            <div key={term}>
              <dt>{term}</dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
        {version === undefined ? null : <p>Definitions, version {version}</p>}
      </div>
    </>
  )
}
