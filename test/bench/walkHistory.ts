/**
 * Process of `browse`: pages one room's history over HTTP, on one connection, from the newest message to the oldest by `before` and back
 * by `after`. A page's time is from the request to the last byte of its answer.
 */
import { once } from "node:events"
import { Agent, get, type IncomingMessage } from "node:http"
import { Coverage, type Direction } from "./Coverage.ts"
import { Histogram } from "./Histogram.ts"
import { cpuTime } from "./ServerAccount.ts"

export interface WalkHistory {
  readonly port: number
  readonly serverPid: number
  readonly room: string
  readonly messages: number
  readonly limits: ReadonlyArray<number>
}

/** Times in milliseconds, CPU in microseconds; `serverWait` is the share of the time in which the server had no core. */
export interface Walk {
  readonly limit: number
  readonly direction: Direction
  readonly pages: number
  readonly p50: number
  readonly p95: number
  readonly max: number
  readonly cpuPerPage: number | null
  readonly serverWait: number
  readonly missing: number
  readonly repeated: number
  readonly misplaced: number
  readonly foreign: number
}

interface HistoryPage {
  readonly messages: ReadonlyArray<{ readonly seq: number }>
  readonly hasMore: boolean
  readonly before: string | null
  readonly after: string | null
}

/** Pages that nobody measures, so that both programs have compiled what they run. */
const warmUpPages = 100

const task: WalkHistory = JSON.parse(process.argv[2] ?? "{}")
const agent = new Agent({ keepAlive: true, maxSockets: 1 })

const fetchText = async (path: string): Promise<string> => {
  const request = get({ agent, host: "127.0.0.1", port: task.port, path })
  const [response]: [IncomingMessage] = await new Promise((resolve, reject) => {
    request.once("response", (answer) => resolve([answer]))
    request.once("error", reject)
  })
  const chunks: Array<Buffer> = []
  response.on("data", (chunk: Buffer) => chunks.push(chunk))
  await once(response, "end")
  const text = Buffer.concat(chunks).toString()
  if (response.statusCode !== 200) throw new Error(`${path} was answered ${response.statusCode} ${text.slice(0, 300)}`)
  return text
}

const pageOf = async (limit: number, place: string, times?: Histogram): Promise<HistoryPage> => {
  const begun = performance.now()
  const text = await fetchText(`/api/rooms/${task.room}/messages?limit=${limit}${place}`)
  times?.record((performance.now() - begun) * 1000)
  const page: HistoryPage = JSON.parse(text)
  return page
}

const placeOf = (direction: Direction, cursor: string | null): string => {
  if (cursor === null) throw new Error(`a page that says there is more has no cursor ${direction}`)
  return `&${direction}=${encodeURIComponent(cursor)}`
}

/** Goes on while there is more; returns the last page. `place` is where the first page lies, "" for the newest. */
const walk = async (limit: number, direction: Direction, place: string, from: number) => {
  const coverage = new Coverage(direction, from, task.messages)
  const times = new Histogram()
  const before = cpuTime(task.serverPid)
  const begun = performance.now()
  let page = await pageOf(limit, place, times)
  coverage.page(page.messages.map(({ seq }) => seq))
  // a server that gives the same pages for ever is told by its repeats
  while (page.hasMore && coverage.repeated === 0) {
    page = await pageOf(limit, placeOf(direction, page[direction]), times)
    coverage.page(page.messages.map(({ seq }) => seq))
  }
  const elapsed = (performance.now() - begun) * 1000
  const after = cpuTime(task.serverPid)
  const { foreign, misplaced, missing, repeated } = coverage
  const found: Walk = {
    limit,
    direction,
    pages: times.count,
    p50: times.quantile(0.5) / 1000,
    p95: times.quantile(0.95) / 1000,
    max: times.max / 1000,
    cpuPerPage: before === undefined || after === undefined ? null : (after.used - before.used) / times.count,
    serverWait: ((after?.waited ?? 0) - (before?.waited ?? 0)) / elapsed,
    missing,
    repeated,
    misplaced,
    foreign
  }
  return { found, last: page }
}

const walks: Array<Walk> = []
for (const limit of task.limits) {
  for (let count = 0; count < warmUpPages; count++) await pageOf(limit, "")
  const down = await walk(limit, "before", "", 1)
  // the oldest page is not asked for again: the way up begins behind it
  const up = await walk(limit, "after", placeOf("after", down.last.after), down.last.messages.length + 1)
  walks.push(down.found, up.found)
}
agent.destroy()
console.log(JSON.stringify(walks))
