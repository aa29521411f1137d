/** Grey shapes where messages will be. Not read aloud. */
import styles from "./RowBars.module.css"

const WIDTHS = [62, 84, 45, 71, 33, 78, 55]

export const RowBars = ({ count }: { readonly count: number }) => (
  <div className={styles["rows"]} aria-hidden="true">
    {Array.from({ length: count }, (_, index) => (
      <div key={index} className={styles["row"]}>
        <span className={styles["disc"]} />
        <span className={styles["bars"]}>
          <span className={styles["bar"]} style={{ inlineSize: `${8 + (index % 3) * 3}rem` }} />
          <span className={styles["bar"]} style={{ inlineSize: `${WIDTHS[index % WIDTHS.length]}%` }} />
        </span>
      </div>
    ))}
  </div>
)
