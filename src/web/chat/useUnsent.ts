/** Has the browser ask before the page goes while something that was said waits to be sent, which goes with it. */
import { useEffect, useSyncExternalStore } from "react"
import type { Hall } from "./Hall.ts"

export const useUnsent = ({ client }: Hall): void => {
  const waits = useSyncExternalStore(client.subscribe, () => client.getSnapshot().queued > 0)
  useEffect(() => {
    if (!waits) return undefined
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener("beforeunload", ask)
    return () => removeEventListener("beforeunload", ask)
  }, [waits])
}
