/** The server did not answer: tried again by itself, later and later. */
import { useEffect, useState } from "react"
import { useSeconds } from "../chat/Seconds.ts"
import { Button } from "../ui/Button.tsx"
import { Icon } from "../ui/Icon.tsx"
import styles from "./Door.module.css"

const FIRST_MS = 3000
const LAST_MS = 30_000

/** Attempts that came to nothing, one after the other. */
let attempts = 0

export const Unreachable = ({ onRetry }: { readonly onRetry: () => void }) => {
  const [at] = useState(() => Date.now() + Math.min(LAST_MS, FIRST_MS * 2 ** attempts++))
  const seconds = useSeconds(at)
  useEffect(() => {
    const timer = setTimeout(onRetry, Math.max(0, at - Date.now()))
    addEventListener("online", onRetry)
    return () => {
      clearTimeout(timer)
      removeEventListener("online", onRetry)
    }
  }, [at, onRetry])
  return (
    <main className={styles["door"]}>
      <div className={styles["card"]}>
        <Icon name="warning" size={32} />
        <h1>The server cannot be reached</h1>
        <p role="status">Look whether you are connected to the internet. It is tried again by itself.</p>
        <p className={styles["detail"]} aria-hidden="true">
          {seconds > 0 ? `Next try in ${seconds} s` : "Trying…"}
        </p>
        <Button kind="primary" icon="refresh" onClick={onRetry}>
          Try now
        </Button>
      </div>
    </main>
  )
}
