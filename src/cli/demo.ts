/** `hubbub demo`: a made-up past to look at. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { Effect, Schema } from "effect"
import { load } from "../demo/load.ts"
import { standingClock } from "../demo/StandingClock.ts"
import { CommandFailed } from "./CommandFailed.ts"
import { configured, dataDir, drained, withData } from "./dataDirectory.ts"
import { printed } from "./printed.ts"
import { progress } from "./Progress.ts"

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

const flags = {
  users: Flag.Int("users").pipe(
    Flag.withSchema(between(1, 100_000)),
    Flag.withDescription("People beside bots; some of them join in the course of time (500)"),
    Flag.withDefault(500)
  ),
  days: Flag.Int("days").pipe(
    Flag.withSchema(between(1, 4000)),
    Flag.withDescription("Days of 24 hours that the past has; it ends now (60)"),
    Flag.withDefault(60)
  ),
  seed: Flag.Int("seed").pipe(
    Flag.withDescription("A whole number; the same one makes the same past, but for the moment it ends (1)"),
    Flag.withDefault(1)
  ),
  dataDir
}

const thousands = (count: number) => count.toLocaleString("en-US")
const minute = (at: number) => `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`

export const demoCommand = Command.make(
  "demo",
  flags,
  Effect.fnUntraced(function* ({ dataDir, days, seed, users }) {
    const config = yield* configured(dataDir)
    const place = `DATA_DIR ${config.dataDir}`
    const clock = yield* standingClock
    const line = yield* progress("making a past:")
    let reached: number | undefined
    const filling = load({
      users,
      days,
      seed,
      minutesDays: config.analyticsMinutesDays,
      clock,
      progress: (share, through) => {
        reached = through
        line.show(share)
      }
    }).pipe(
      Effect.catchTags({
        NotEmpty: ({ what }) =>
          new CommandFailed({
            message: `${place}, or the table it belongs to, has ${what} already; a made-up past needs a new one: try --data-dir`
          }),
        LogUnavailable: ({ reason }) =>
          new CommandFailed({
            message: `the journal takes no more (${reason}); ${place} has only the beginning, delete it and try again`
          })
      })
    )
    const loaded = yield* withData(
      config,
      { existing: false, clock },
      Effect.flatMap(filling, (one) => Effect.as(drained, one))
    ).pipe(
      Effect.onInterrupt(() =>
        Effect.sync(() => {
          const what = reached === undefined ? "hardly anything" : `the past up to ${minute(reached)}`
          line.say(`stopped: ${place} is unfinished and has ${what}; a server can use it, or delete it and begin again`)
        })
      )
    )
    const { events, from, messages, rooms, to, users: seen } = loaded
    yield* printed(
      `${place} has a past from ${minute(from)} to ${minute(to)}: ${thousands(messages)} messages of ` +
        `${thousands(seen)} people in ${thousands(rooms)} rooms, ${thousands(events)} events.\n` +
        `Start a server on it (DATA_DIR=${config.dataDir} npm start).\n`
    )
  }, Effect.scoped)
).pipe(
  Command.withShortDescription("Fill a new data directory with a made-up past"),
  Command.withDescription(
    "Fill a new data directory with a made-up past that ends now, so that a server started on it shows chat and figures. " +
      "Settings are those of the server. A directory that has messages is refused, and so is one that a server runs on."
  )
)
