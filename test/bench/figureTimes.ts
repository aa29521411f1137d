/** How long figures over a made-up history in SQLite take, end to end over HTTP. */
import type { AskFigures, FigureTime } from "./askFigures.ts"
import { DataDirectory } from "./DataDirectory.ts"
import type { FiguresFilled, FillFigures } from "./fillFigures.ts"
import { generatorCore, serverCore } from "./Machine.ts"
import { nextPort } from "./nextPort.ts"
import { hubbub } from "./Peer.ts"
import { runTask } from "./runTask.ts"
import { Server } from "./Server.ts"
import { cpuTime } from "./ServerAccount.ts"

export interface FiguresSize {
  readonly users: number
  readonly days: number
}

export interface FigureTimes extends FiguresSize {
  readonly events: number
  readonly messages: number
  /** Share of the time in which the server had no core. */
  readonly wait: number
  readonly times: ReadonlyArray<FigureTime>
}

const dayMillis = 86_400_000
/** One that is not UTC, as most people's. */
const zone = "Europe/Berlin"

const figure = (name: string, path: string) => ({ name, path: `/api/analytics/${path}` })

/** The figures that have a goal, of the last 30 days or of all but the first day that is kept. */
const figures = (days: number, endAt: number): AskFigures["asked"] => {
  const since = (count: number) => `from=${new Date(endAt - count * dayMillis).toISOString()}`
  const until = `to=${new Date(endAt).toISOString()}&tz=${encodeURIComponent(zone)}`
  const month = `${since(Math.min(30, days - 1))}&${until}`
  const all = `${since(days - 1)}&${until}`
  return [
    figure("series", `timeseries?metric=messages&bucket=1h&${month}`),
    figure("heatmap", `heatmap?${all}`),
    figure("retention by day", `retention?unit=day&${all}`),
    figure("retention by week", `retention?unit=week&${all}`),
    figure("growth by day", `growth?unit=day&${all}`),
    figure("funnel", `funnel?${all}`),
    figure("sessions", `sessions?${all}`),
    figure("engagement", `engagement?${all}`),
    figure("users", `users?${all}`),
    figure("rooms", `rooms?${all}`)
  ]
}

export const figureTimes = async ({ days, users }: FiguresSize, pinned: boolean): Promise<FigureTimes> => {
  const data = new DataDirectory()
  try {
    const fill: FillFigures = { directory: data.path, users, days, seed: 1 }
    const { endAt, events, messages }: FiguresFilled = JSON.parse(
      await runTask(new URL("./fillFigures.ts", import.meta.url), fill, { core: serverCore, pinned })
    )
    const env = { DATA_DIR: data.path, DURABILITY: "journal", STORE: "sqlite" }
    const server = await Server.start(hubbub, nextPort(), pinned, env)
    try {
      const task: AskFigures = { port: server.port, asked: figures(days, endAt) }
      const before = cpuTime(server.pid)
      const begun = performance.now()
      const times: ReadonlyArray<FigureTime> = JSON.parse(
        await runTask(new URL("./askFigures.ts", import.meta.url), task, { core: generatorCore, pinned })
      )
      const waited = (cpuTime(server.pid)?.waited ?? 0) - (before?.waited ?? 0)
      return { users, days, events, messages, wait: waited / 1000 / (performance.now() - begun), times }
    } finally {
      await server.stop()
    }
  } finally {
    data.remove()
  }
}
