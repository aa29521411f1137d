/** `hubbub analytics rebuild`: figures counted again from messages. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { Effect } from "effect"
import { rebuild, type Rebuilt } from "../analytics/rebuild.ts"
import type { DayChanges, Kind } from "../analytics/DayRecount.ts"
import { configured, dataDir, drained, withData } from "./dataDirectory.ts"
import { printed } from "./printed.ts"
import { progress } from "./Progress.ts"

const kinds: Readonly<Record<Kind, string>> = {
  Gm: "minutes",
  Rm: "minutes of rooms",
  Gq: "quarters of an hour",
  Rq: "quarters of an hour of rooms",
  Ud: "days of users"
}

const change = (before: number, after: number) => (before === after ? String(after) : `${before} → ${after}`)

const lineOf = ({ after, before, changed, day, unreadable }: DayChanges): string => {
  const parts = Object.entries(kinds).flatMap(([kind, name]) => {
    const count = changed[kind as Kind] ?? 0
    return count === 0 ? [] : [`${count} ${name}`]
  })
  if (unreadable > 0) parts.push(`${unreadable} that could not be read`)
  return `${new Date(day).toISOString().slice(0, 10)}  messages ${change(before, after)}  (${parts.join(", ")})`
}

const reported = ({ days, messages, totals }: Rebuilt, dryRun: boolean): string => {
  const looked = `${messages} messages were counted again`
  if (days.length === 0 && totals === undefined) return `${looked}: nothing changed\n`
  const rollups = days
    .flatMap(({ changed }) => Object.values(changed))
    .reduce((sum, count) => sum + count, totals === undefined ? 0 : 1)
  return [
    ...days.map(lineOf),
    ...(totals === undefined ? [] : [`in all its time  messages ${change(totals.before, totals.after)}`]),
    `${looked}: ${rollups} rollups ${dryRun ? "would change; nothing was written" : "changed"}`,
    ""
  ].join("\n")
}

export const rebuildCommand = Command.make(
  "rebuild",
  {
    dryRun: Flag.Boolean("dry-run").pipe(
      Flag.withDescription("Say what would change, and write nothing"),
      Flag.withDefault(false)
    ),
    dataDir
  },
  Effect.fnUntraced(function* ({ dataDir, dryRun }) {
    const config = yield* configured(dataDir)
    const line = yield* progress("counting:")
    const rebuilt = yield* withData(
      config,
      { existing: true },
      Effect.andThen(
        drained,
        rebuild({
          minutesDays: config.analyticsMinutesDays,
          quartersDays: config.analyticsQuartersDays,
          usersDays: config.analyticsUsersDays,
          dryRun,
          progress: line.show
        })
      )
    )
    yield* printed(reported(rebuilt, dryRun))
  }, Effect.scoped)
).pipe(
  Command.withShortDescription("Count all figures of messages again"),
  Command.withDescription(
    "Count everything that follows from messages again, from the messages that are kept, and say what changed. What was only seen " +
      "happening (connections, typing, deliveries) stays as it is. No server may run on the data directory, or count into its table; " +
      "stopped half-way it can be run again."
  )
)
