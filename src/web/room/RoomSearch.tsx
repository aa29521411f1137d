/** Looks for words in what was said in a room. The newest comes first, more as one goes down, and a click goes there. */
import { useEffect, useRef, useState } from "react"
import { type Client, HubbubError, type Message, type Position } from "../../client/index.ts"
import { search } from "../../client/search.ts"
import { searchProblem } from "../../domain/searching.ts"
import { problemText } from "../chat/problemText.ts"
import { firstFocus } from "../chat/firstFocus.ts"
import { Dialog } from "../ui/Dialog.tsx"
import { Empty, Failed, Skeleton } from "../ui/States.tsx"
import styles from "./RoomSearch.module.css"
import { SearchHit } from "./SearchHit.tsx"

interface RoomSearchProps {
  readonly client: Client
  readonly roomId: string
  readonly title: string
  readonly onGo: (place: Position) => void
  readonly onClose: () => void
}

interface Results {
  readonly query: string
  readonly hits: ReadonlyArray<{ readonly message: Message; readonly place: Position }>
  readonly before: Position | undefined
  readonly hasMore: boolean
}

const PAGE = 30
/** Milliseconds after the last letter. */
const PAUSE_MS = 250

const useSearch = (client: Client, roomId: string, query: string) => {
  const [results, setResults] = useState<Results>()
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const asking = useRef<AbortController>(undefined)

  const ask = async (before?: Results) => {
    asking.current?.abort()
    const { signal } = (asking.current = new AbortController())
    setBusy(true)
    setError(undefined)
    try {
      const found = await search(client, roomId, query, { limit: PAGE, before: before?.before, signal })
      if (signal.aborted) return
      const hits = found.messages.flatMap((message, index) => {
        const place = found.places[index]
        return place === undefined ? [] : [{ message, place }]
      })
      setResults({ query, hits: [...(before?.hits ?? []), ...hits], before: found.before, hasMore: found.hasMore })
    } catch (error) {
      if (!signal.aborted) setError(error)
    } finally {
      if (!signal.aborted) setBusy(false)
    }
  }

  useEffect(() => {
    asking.current?.abort()
    setError(undefined)
    if (query.trim() === "" || searchProblem(query) !== undefined) {
      setBusy(false)
      setResults(undefined)
      return undefined
    }
    setBusy(true)
    const timer = setTimeout(() => void ask(), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [query])
  useEffect(() => () => asking.current?.abort(), [])

  return { busy, error, results, more: () => void ask(results), again: () => void ask() }
}

const sentence = (problem: string) => `What you look for ${problem}.`

export const RoomSearch = ({ client, onClose, onGo, roomId, title }: RoomSearchProps) => {
  const [query, setQuery] = useState("")
  const list = useRef<HTMLOListElement>(null)
  const { again, busy, error, more, results } = useSearch(client, roomId, query)
  const problem = query.trim() === "" ? undefined : searchProblem(query)
  const hits = results?.hits ?? []

  const move = (event: React.KeyboardEvent, step: 1 | -1) => {
    const all = [...(list.current?.querySelectorAll<HTMLElement>("button") ?? [])]
    const at = all.findIndex((one) => one === document.activeElement)
    event.preventDefault()
    all[Math.max(0, Math.min(all.length - 1, at + step))]?.focus()
  }

  const scrolled = ({ currentTarget }: { readonly currentTarget: HTMLElement }) => {
    const { clientHeight, scrollHeight, scrollTop } = currentTarget
    if (!busy && error === undefined && results?.hasMore === true && scrollHeight - clientHeight - scrollTop < 300)
      more()
  }

  const status = () => {
    if (problem !== undefined) return sentence(problem)
    if (busy || results === undefined) return ""
    if (hits.length === 0) return "No message found"
    return `${hits.length}${results.hasMore ? " or more" : ""} ${hits.length === 1 ? "message" : "messages"} found`
  }

  return (
    <Dialog title={`Search in ${title}`} shape="wide" onClose={onClose}>
      <div
        className={styles["search"]}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return
          if (event.key === "ArrowDown") move(event, 1)
          else if (event.key === "ArrowUp") move(event, -1)
        }}
      >
        <input
          ref={firstFocus}
          type="search"
          className={styles["field"]}
          aria-label="Words to look for"
          placeholder="Words to look for"
          autoComplete="off"
          dir="auto"
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
        <p dir="auto" className={styles["status"]} role="status">
          {status()}
        </p>
        <div className={styles["results"]} onScroll={scrolled} data-busy={busy || undefined}>
          {error === undefined ? null : (
            <Failed
              title="The search did not work"
              detail={
                error instanceof HubbubError && error.field === "text" ? sentence(error.message) : problemText(error)
              }
              onRetry={again}
            />
          )}
          {hits.length === 0 ? null : (
            <ol ref={list} className={styles["hits"]}>
              {hits.map(({ message, place }) => (
                <li key={`${place.epoch}.${place.seq}`}>
                  <SearchHit message={message} query={results?.query ?? ""} onGo={() => onGo(place)} />
                </li>
              ))}
            </ol>
          )}
          {busy ? <Skeleton label="Searching" lines={hits.length === 0 ? 6 : 2} /> : null}
          {!busy && error === undefined && results !== undefined && hits.length === 0 ? (
            <Empty icon="search" title="No message found">
              <p dir="auto">Messages are found by how their words begin.</p>
            </Empty>
          ) : null}
          {query.trim() === "" ? (
            <p dir="auto" className={styles["hint"]}>
              Messages are found by how their words begin: “rel” finds “release”.
            </p>
          ) : null}
        </div>
      </div>
    </Dialog>
  )
}
