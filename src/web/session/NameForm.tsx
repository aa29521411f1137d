/** Asks for a name. */
import { type FormEvent, useId, useRef, useState } from "react"
import { Button } from "../ui/Button.tsx"
import styles from "./Door.module.css"
import { normaliseUsername } from "../../domain/nameRule.ts"
import { nameProblem } from "./nameProblem.ts"

export const NameForm = ({ onEnter }: { readonly onEnter: (name: string) => void }) => {
  const [name, setName] = useState("")
  /** Nobody is told off before they are done. */
  const [tried, setTried] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const id = useId()
  const problem = nameProblem(name)
  const shown = tried ? problem : undefined

  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (problem === undefined) onEnter(normaliseUsername(name))
    else field.current?.focus()
  }

  return (
    <form className={styles["form"]} onSubmit={submit} noValidate>
      <label htmlFor={id}>Your name</label>
      <input
        ref={field}
        id={id}
        dir="auto"
        name="name"
        autoComplete="nickname"
        // it is all there is to do here
        autoFocus
        required
        value={name}
        aria-invalid={shown !== undefined}
        aria-describedby={`${id}-hint`}
        onChange={(event) => setName(event.currentTarget.value)}
        onBlur={() => setTried(name !== "")}
      />
      <p id={`${id}-hint`} className={styles["hint"]} data-wrong={shown !== undefined} aria-live="polite">
        {shown ?? "Anyone may come in. There is no password, so this name is not proof of who you are."}
      </p>
      <Button kind="primary" type="submit" className={styles["wide"]}>
        Start chatting
      </Button>
    </form>
  )
}
