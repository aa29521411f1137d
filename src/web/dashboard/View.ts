/** What the dashboard shows, all of it in the address: a link shows others the same, and back goes back. */

export const RANGES = ["15m", "1h", "6h", "24h", "7d", "30d"] as const
export type RangeName = (typeof RANGES)[number]

/** Half-open, both instants in UTC as `2026-03-29T00:00:00.000Z`. */
export interface Span {
  readonly from: string
  readonly to: string
}

type Place =
  | { readonly of: "everything" }
  | { readonly of: "room"; readonly id: string }
  | { readonly of: "user"; readonly id: string }

export const STAGES = ["fannedOut", "durable", "endToEnd"] as const
type Stage = (typeof STAGES)[number]
export const SORTS = ["messages", "senders", "joins"] as const
/** Seconds between refreshes; 0 for none. */
export const REFRESHES = [0, 10, 60, 300, 900] as const

export interface View {
  readonly place: Place
  /** The last so long, or a span of one's own. */
  readonly range: RangeName | Span
  /** A part of it that was drawn up on a chart. */
  readonly zoom: Span | undefined
  /** An IANA zone; undefined is the browser's, which an address that is to be shared should say. */
  readonly tz: string | undefined
  readonly compare: boolean
  readonly refresh: (typeof REFRESHES)[number]
  readonly unit: "day" | "week"
  readonly stage: Stage
  readonly sort: (typeof SORTS)[number]
  /** Entries before those that are shown. */
  readonly roomsOffset: number
  readonly usersOffset: number
  /** Panels that are shown as tables. */
  readonly tables: ReadonlyArray<string>
}

/** An address read: what of it could not be understood is told, not dropped. */
export interface ReadView {
  readonly view: View
  readonly problems: ReadonlyArray<string>
}

const DEFAULTS: View = {
  place: { of: "everything" },
  range: "24h",
  zoom: undefined,
  tz: undefined,
  compare: false,
  refresh: 60,
  unit: "day",
  stage: "fannedOut",
  sort: "messages",
  roomsOffset: 0,
  usersOffset: 0,
  tables: []
}

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const placeOf = (path: string): Place => {
  const [, , list = "", id = ""] = path.split("/")
  if (id !== "" && list === "rooms") return { of: "room", id: decoded(id) }
  if (id !== "" && list === "users") return { of: "user", id: decoded(id) }
  return { of: "everything" }
}

const INSTANT = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/

const instantOf = (text: string): number => (INSTANT.test(text) ? Date.parse(text) : NaN)

/** Of two instants, or dates in UTC; nothing where they are none, or not in order. */
export const spanOf = (from: string, to: string): Span | undefined => {
  const [first, last] = [instantOf(from), instantOf(to)]
  return first < last ? { from: new Date(first).toISOString(), to: new Date(last).toISOString() } : undefined
}

const knowsZone = (tz: string): boolean => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: tz }).resolvedOptions().timeZone !== ""
  } catch {
    return false
  }
}

const WHOLE = /^\d{1,9}$/

export const viewOf = (path: string, query: string): ReadView => {
  const params = new URLSearchParams(query)
  const problems: Array<string> = []

  const understood = <A>(name: string, otherwise: A, read: (text: string) => A | undefined, instead: string): A => {
    const text = params.get(name)
    if (text === null || text === "") return otherwise
    const value = read(text)
    if (value === undefined) problems.push(`The address has ${name}=${text}, which is not known. ${instead}`)
    return value ?? otherwise
  }
  const word = <const A extends string>(name: string, words: ReadonlyArray<A>, otherwise: A) =>
    understood(name, otherwise, (text) => words.find((one) => one === text), `Shown is ${otherwise}.`)
  const whole = (name: string) =>
    understood(name, 0, (text) => (WHOLE.test(text) ? Number(text) : undefined), "Shown is the beginning.")

  const span = (): Span | undefined => {
    const [from, to] = [params.get("from"), params.get("to")]
    if (from === null && to === null) return undefined
    const found = spanOf(from ?? "", to ?? "")
    if (found === undefined) {
      problems.push(
        "The address has a period of which the beginning is not a time before the end. Shown are the last 24 hours."
      )
    }
    return found
  }

  const view: View = {
    place: placeOf(path),
    range: span() ?? word("range", RANGES, "24h"),
    zoom: understood(
      "zoom",
      undefined,
      (text) => {
        const [from = "", to = ""] = text.split("~")
        return spanOf(from, to)
      },
      "Shown is the whole period."
    ),
    tz: understood("tz", undefined, (text) => (knowsZone(text) ? text : undefined), "Times are those of your browser."),
    compare: word("compare", ["none", "previous"], "none") === "previous",
    refresh: understood(
      "refresh",
      DEFAULTS.refresh,
      (text) => REFRESHES.find((seconds) => String(seconds) === text),
      "Figures refresh every minute."
    ),
    unit: word("by", ["day", "week"], DEFAULTS.unit),
    stage: word("stage", STAGES, DEFAULTS.stage),
    sort: word("sort", SORTS, DEFAULTS.sort),
    roomsOffset: whole("rooms"),
    usersOffset: whole("users"),
    tables: (params.get("tables") ?? "").split(",").filter((id) => /^[\w-]{1,32}$/.test(id))
  }
  return { view, problems }
}

const pathname = (place: Place): string =>
  place.of === "everything" ? "/dashboard" : `/dashboard/${place.of}s/${encodeURIComponent(place.id)}`

/** The address of a view. What is as it is without being said is left out, but for the range and the zone. */
export const addressOf = (view: View): string => {
  const params = new URLSearchParams()
  const { range, zoom } = view
  if (typeof range === "string") params.set("range", range)
  else {
    params.set("from", range.from)
    params.set("to", range.to)
  }
  if (zoom !== undefined) params.set("zoom", `${zoom.from}~${zoom.to}`)
  if (view.tz !== undefined) params.set("tz", view.tz)
  if (view.compare) params.set("compare", "previous")
  if (view.refresh !== DEFAULTS.refresh) params.set("refresh", String(view.refresh))
  if (view.unit !== DEFAULTS.unit) params.set("by", view.unit)
  if (view.stage !== DEFAULTS.stage) params.set("stage", view.stage)
  if (view.sort !== DEFAULTS.sort) params.set("sort", view.sort)
  if (view.roomsOffset > 0) params.set("rooms", String(view.roomsOffset))
  if (view.usersOffset > 0) params.set("users", String(view.usersOffset))
  if (view.tables.length > 0) params.set("tables", view.tables.join(","))
  const query = params.toString().replaceAll("%3A", ":").replaceAll("%2F", "/").replaceAll("%2C", ",")
  return `${pathname(view.place)}?${query}`
}
