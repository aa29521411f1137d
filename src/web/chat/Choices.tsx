/** One of a few. */
import { useId } from "react"
import styles from "./Form.module.css"

interface ChoicesProps<A extends string> {
  readonly legend: string
  readonly value: A
  readonly choices: ReadonlyArray<{ readonly value: A; readonly label: string; readonly hint?: string }>
  readonly onChange: (value: A) => void
  /** Beside each other, where there is room. */
  readonly inRow?: boolean
}

export const Choices = <A extends string>({ choices, inRow = false, legend, onChange, value }: ChoicesProps<A>) => {
  const name = useId()
  return (
    <fieldset className={[styles["choices"], inRow ? styles["row"] : undefined].filter(Boolean).join(" ")}>
      <legend>{legend}</legend>
      {choices.map((choice) => (
        <label key={choice.value}>
          <input type="radio" name={name} checked={choice.value === value} onChange={() => onChange(choice.value)} />
          <span>
            {choice.label}
            {choice.hint === undefined ? null : <span className={styles["hint"]}> {choice.hint}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  )
}
