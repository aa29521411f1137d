/** `hubbub analytics export`: the rows of a report, from a server that runs or from the data of one that does not. */
import { writeFile } from "node:fs/promises"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { Clock, Effect, Option, Schema } from "effect"
import { Aggregator } from "../analytics/Aggregator.ts"
import { Figures, type Kept } from "../analytics/Figures.ts"
import { NodeName } from "../analytics/NodeName.ts"
import { TIER_MS } from "../store/Rollup.ts"
import { RollupLedger } from "../analytics/RollupLedger.ts"
import { RollupStore } from "../store/RollupStore.ts"
import { storedFigures } from "../analytics/StoredFigures.ts"
import type { Configuration } from "../AppConfig.ts"
import { Problem } from "../domain/Problem.ts"
import { BUCKETS, FORMATS, formatOf, reportOf, REPORTS, SORTS, UNITS } from "../http/AnalyticsQuery.ts"
import { csv, ndjson } from "../domain/Table.ts"
import type { Params } from "../http/PageQuery.ts"
import { reports } from "../http/reports.ts"
import { CommandFailed } from "./CommandFailed.ts"
import { configured, dataDir, drained, withData } from "./dataDirectory.ts"
import { printed } from "./printed.ts"

const word = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

/** What the route takes, too. */
const parameters = {
  report: Flag.String("report").pipe(
    Flag.withDescription(`Which report: ${REPORTS.join(", ")}`),
    Flag.map(Option.some)
  ),
  format: word("format", `${FORMATS.join(" or ")}; csv without it`),
  from: word("from", "First moment: 2026-03-29, a date in the time zone, or an instant such as 2026-03-29T00:00:00Z"),
  to: word("to", "First moment that no longer counts; now without it"),
  tz: word("tz", "IANA time zone such as Europe/Berlin; UTC without it"),
  metric: word("metric", "Figure of a timeseries, such as messages"),
  bucket: word("bucket", `Length of a timeseries' buckets: ${BUCKETS.join(", ")}; 1h without it`),
  compare: word("compare", "previous: the timeseries of the window just before as well"),
  room: word("room", "Only this room, where the report can be narrowed to one"),
  unit: word("unit", `Length of periods: ${UNITS.join(" or ")}`),
  sort: word("sort", `What rooms are sorted by: ${SORTS.join(", ")}`),
  limit: word("limit", "Rooms or users at most; 50 without it"),
  offset: word("offset", "Rooms or users before the first one")
}

const flags = {
  ...parameters,
  output: word("output", "File to write to; standard output without it"),
  url: word(
    "url",
    "Address of a running server to ask, such as http://localhost:8080, instead of reading its data directory"
  ),
  dataDir
}

/** Milliseconds a server may take to answer. */
const ANSWER_MS = 120_000

/** What Node says; of a request that failed, what was the matter with the connection. */
const whyOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error && error.cause.message !== "" ? error.cause.message : error.message
}

const readProblem = Schema.decodeEffect(Schema.fromJsonString(Problem))

const asked = Effect.fnUntraced(function* (url: string, params: Readonly<Record<string, string>>) {
  const failed = (why: string) => new CommandFailed({ message: `${url} does not give the report: ${why}` })
  const address = yield* Effect.try({
    try: () =>
      new URL(`api/analytics/export?${new URLSearchParams(params).toString()}`, url.endsWith("/") ? url : `${url}/`),
    catch: () => failed("it is not an address such as http://localhost:8080")
  })
  const { ok, status, text } = yield* Effect.tryPromise({
    try: async (stop) => {
      const response = await fetch(address, { signal: AbortSignal.any([stop, AbortSignal.timeout(ANSWER_MS)]) })
      return { ok: response.ok, status: response.status, text: await response.text() }
    },
    catch: (error) => failed(whyOf(error))
  })
  if (ok) return text
  const problem = yield* Effect.option(readProblem(text))
  return yield* failed(
    Option.match(problem, {
      onNone: () => `it answers ${status}`,
      onSome: ({ detail }) => detail
    })
  )
})

/** Up to when figures are complete, and since when they are kept, as a server would say that starts now. */
const keptNow = Effect.fnUntraced(function* (config: Configuration, now: number) {
  const rollups = yield* RollupStore
  const totals = yield* rollups.range({ scope: "T", tier: "t", from: 0, to: 1, sketches: false, limit: 1000 })
  const from = (days: number) => Math.floor((now - days * TIER_MS.d) / TIER_MS.q) * TIER_MS.q
  return {
    computedAt: totals.length === 0 ? now : Math.min(now, Math.max(...totals.map(({ through }) => through))),
    minutesFrom: from(config.analyticsMinutesDays),
    quartersFrom: from(config.analyticsQuartersDays),
    usersFrom: from(config.analyticsUsersDays)
  } satisfies Kept
})

const read = Effect.fnUntraced(function* (config: Configuration, params: Params) {
  const now = yield* Clock.currentTimeMillis
  const store = yield* RollupStore
  const kept = yield* keptNow(config, now)
  const figures = Figures.of(
    storedFigures({
      store,
      ledger: new RollupLedger(yield* NodeName, store),
      // everything there is has been written
      aggregator: new Aggregator(now),
      pending: () => [],
      now: () => now,
      kept: () => kept
    })
  )
  const report = yield* Effect.fromResult(reportOf(params))
  const format = yield* Effect.fromResult(formatOf(params))
  const { table } = yield* reports[report]({ figures, kept, now, minUsers: config.analyticsMinUsers }, params)
  return format === "csv" ? csv(table()) : ndjson(table())
})

const saved = (file: string, text: string) =>
  Effect.tryPromise({
    try: () => writeFile(file, text),
    catch: (error) => {
      return new CommandFailed({ message: `${file} cannot be written: ${whyOf(error)}` })
    }
  })

export const exportCommand = Command.make(
  "export",
  flags,
  Effect.fnUntraced(function* ({ dataDir, output, url, ...given }) {
    const params: Record<string, string> = {}
    for (const [name, value] of Object.entries(given)) if (Option.isSome(value)) params[name] = value.value
    const rows = Option.isSome(url)
      ? yield* asked(url.value, params)
      : yield* Effect.flatMap(configured(dataDir), (config) =>
          withData(config, { existing: true }, Effect.andThen(drained, read(config, params)))
        ).pipe(Effect.catchTag("BadQuery", ({ detail }) => Effect.fail(new CommandFailed({ message: detail }))))
    yield* Option.match(output, { onNone: () => printed(rows), onSome: (file) => saved(file, rows) })
  })
).pipe(
  Command.withShortDescription("Write the rows of a report as CSV or NDJSON"),
  Command.withDescription(
    "Write the rows of a report as CSV or NDJSON: the same as GET /api/analytics/export, with the same parameters. Without --url no " +
      "server may run on the data directory."
  )
)
