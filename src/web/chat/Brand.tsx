/** The house's sign and name. */
import styles from "./Brand.module.css"

interface BrandProps {
  readonly name: string
  /** For the page that stands for itself. */
  readonly large?: boolean
}

export const Brand = ({ large = false, name }: BrandProps) => (
  <span className={styles["brand"]} data-large={large}>
    <svg aria-hidden="true" viewBox="0 0 32 32" className={styles["sign"]}>
      <path d="M6 4h20a4 4 0 0 1 4 4v11a4 4 0 0 1-4 4H15l-7 6v-6H6a4 4 0 0 1-4-4V8a4 4 0 0 1 4-4z" />
      <path className={styles["waves"]} d="M9 15v-3m4.7 6V9m4.6 9v-7m4.7 4v-3" />
    </svg>
    <bdi>{name}</bdi>
  </span>
)
