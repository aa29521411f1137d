/** How much of the length there is was used, once it is most of it. */
import styles from "./Composer.module.css"

/** Of the length that is allowed. */
const SHOWN_FROM = 0.8

interface CounterProps {
  readonly id: string
  readonly length: number
  readonly most: number
}

export const Counter = ({ id, length, most }: CounterProps) => {
  const over = length - most
  if (length < most * SHOWN_FROM) return null
  return (
    <p id={id} className={styles["counter"]} data-over={over > 0}>
      {over > 0 ? `${over.toLocaleString()} too many. Shorten it to send. ` : null}
      <bdi>
        {length.toLocaleString()} of {most.toLocaleString()}
      </bdi>
    </p>
  )
}
