/** The history of a room as any client can read it over HTTP, page by page from the newest back. */
import { ANSWER_MS } from "../support/ServerProcess.ts"
import { pause } from "./pause.ts"

/** A message of a page. Pages carry no epoch: where `seq` begins anew, another one does. */
export interface HistoryEntry {
  readonly epoch: undefined
  readonly seq: number
  readonly id: string
  readonly userId: string
  readonly content: string
  readonly timestamp: string
}

interface Page {
  readonly count: number
  readonly messages: ReadonlyArray<{
    readonly messageId: string
    readonly seq: number
    readonly userId: string
    readonly content: string
    readonly timestamp: string
  }>
  readonly hasMore: boolean
  readonly before: string | null
}

const PAGE = 200
/** Milliseconds for which a server may say that history cannot be read now. */
const PATIENCE_MS = 15_000

/** One page; asks again while the server says 503. */
const readPage = async (url: string, roomId: string, before: string | undefined): Promise<Page> => {
  const query = new URLSearchParams({ limit: String(PAGE), ...(before === undefined ? {} : { before }) })
  const deadline = performance.now() + PATIENCE_MS
  while (true) {
    const path = `${url}/api/rooms/${encodeURIComponent(roomId)}/messages?${query.toString()}`
    const response = await fetch(path, { signal: AbortSignal.timeout(ANSWER_MS * 2) })
    const text = await response.text()
    if (response.status === 503 && performance.now() < deadline) {
      await pause(100)
      continue
    }
    if (response.status !== 200) throw new Error(`history of ${roomId} was answered ${response.status}: ${text}`)
    const page: Page = JSON.parse(text)
    if (page.count !== page.messages.length) {
      throw new Error(`a page of ${roomId} says it has ${page.count} messages and has ${page.messages.length}`)
    }
    return page
  }
}

/** All of a room's history, or its newest part down to where `enough` holds for the oldest message of a page; oldest first. */
export const readHistory = async (
  url: string,
  roomId: string,
  enough: (oldest: HistoryEntry) => boolean = () => false
): Promise<ReadonlyArray<HistoryEntry>> => {
  const pages: Array<ReadonlyArray<HistoryEntry>> = []
  let before: string | undefined
  while (true) {
    const page = await readPage(url, roomId, before)
    const entries = page.messages.map(({ content, messageId, seq, timestamp, userId }): HistoryEntry => ({
      epoch: undefined,
      seq,
      id: messageId,
      userId,
      content,
      timestamp
    }))
    pages.unshift(entries)
    if (!page.hasMore || (entries[0] !== undefined && enough(entries[0]))) return pages.flat()
    if (page.before === null) throw new Error(`a page of ${roomId} says that there is more and not where`)
    before = page.before
  }
}
