/** What a place shows while it has nothing to show: on its way, nothing there, or why not. */
import type { ReactNode } from "react"
import { Button } from "./Button.tsx"
import { Icon, type IconName } from "./Icon.tsx"
import styles from "./States.module.css"

/** Grey bars where text will be. `lines`: how many. */
export const Skeleton = ({ label = "Loading", lines = 3 }: { readonly label?: string; readonly lines?: number }) => (
  <div className={styles["skeleton"]} role="status">
    <span className="unseen">{label}</span>
    {Array.from({ length: lines }, (_, index) => (
      <span key={index} className={styles["bar"]} style={{ inlineSize: `${90 - ((index * 23) % 45)}%` }} />
    ))}
  </div>
)

interface EmptyProps {
  readonly icon?: IconName
  readonly title: string
  readonly children?: ReactNode
}

export const Empty = ({ children, icon = "chat", title }: EmptyProps) => (
  <div className={styles["state"]}>
    <Icon name={icon} size={32} />
    <p className={styles["title"]}>{title}</p>
    {children}
  </div>
)

interface FailedProps {
  readonly title: string
  readonly detail?: string | undefined
  readonly onRetry?: (() => void) | undefined
}

export const Failed = ({ detail, onRetry, title }: FailedProps) => (
  <div className={styles["state"]} role="alert">
    <Icon name="warning" size={32} />
    <p className={styles["title"]}>{title}</p>
    {detail === undefined ? null : <p dir="auto">{detail}</p>}
    {onRetry === undefined ? null : (
      <Button icon="refresh" onClick={onRetry}>
        Try again
      </Button>
    )}
  </div>
)
