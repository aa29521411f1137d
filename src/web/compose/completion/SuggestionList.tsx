/** The list above the text, of what could be meant. The focus stays in the text. */
import { useEffect, useRef } from "react"
import { Avatar } from "../../ui/Avatar.tsx"
import { Icon } from "../../ui/Icon.tsx"
import type { Suggestion } from "./suggestionsFor.ts"
import type { Completion } from "./useCompletion.ts"
import styles from "./SuggestionList.module.css"

const Sign = ({ of: { emoji, mention } }: { readonly of: Suggestion }) => {
  if (emoji !== undefined) return <span className={styles["emoji"]}>{emoji}</span>
  if (mention !== undefined) return <Avatar userId={mention.userId} name={mention.name} size={1.5} />
  return <Icon name="hash" size={18} />
}

export const SuggestionList = ({ active, id, label, optionId, pick, suggestions }: Completion) => {
  const list = useRef<HTMLUListElement>(null)
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: "nearest" })
  }, [active, suggestions])
  if (suggestions.length === 0) return null
  return (
    <ul ref={list} id={id} role="listbox" aria-label={label} className={styles["list"]}>
      {suggestions.map((one, index) => (
        <li
          key={one.key}
          id={optionId(index)}
          role="option"
          aria-selected={index === active}
          className={styles["option"]}
          // the focus stays where one writes
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => pick(one)}
        >
          <Sign of={one} />
          <bdi className={styles["title"]}>{one.title}</bdi>
          {one.detail === undefined ? null : <bdi className={styles["detail"]}>{one.detail}</bdi>}
        </li>
      ))}
    </ul>
  )
}
