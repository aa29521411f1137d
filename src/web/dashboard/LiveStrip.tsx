/** What is going on this second, told over the socket. */
import { useEffect, useState } from "react"
import type { Client } from "../../client/index.ts"
import { type Figures, figuresOf, type FiguresSnapshot } from "../../client/Figures.ts"
import { useReadable } from "../Cell.ts"
import { About } from "./About.tsx"
import { definitions } from "./definitions.ts"
import styles from "./LiveStrip.module.css"
import { shownTime } from "./Moment.ts"
import { brief, exact, type Unit } from "./Numeral.ts"
import { useScope } from "./Scope.ts"
import { Sparkline } from "./Sparkline.tsx"

type Live = NonNullable<FiguresSnapshot["figures"]>

const numberOf = (value: unknown): number | null => (typeof value === "number" ? value : null)
const numbersOf = (value: unknown): ReadonlyArray<number> =>
  Array.isArray(value) ? value.filter((one) => typeof one === "number") : []

const SHOWN: ReadonlyArray<readonly [name: string, label: string, unit: Unit]> = [
  ["activeConnections", "Connections", "count"],
  ["activeUsers", "People", "count"],
  ["peakConnections", "Peak since start", "count"],
  ["latencyP50Ms", "p50", "milliseconds"],
  ["latencyP95Ms", "p95", "milliseconds"],
  ["latencyP99Ms", "p99", "milliseconds"],
  ["totalMessages", "Messages so far", "count"]
]

const Numbers = ({ live }: { readonly live: Live }) => {
  const minutes = numbersOf(live["messagesPerMinute"])
  return (
    <dl className={styles["numbers"]}>
      <div>
        <dt>This minute</dt>
        <dd>
          <data value={String(minutes.at(-1) ?? "")}>{brief(minutes.at(-1) ?? null, "count")}</data>
        </dd>
        <dd className={styles["minutes"]} title={`Messages in each of the last 15 minutes: ${minutes.join(", ")}`}>
          <Sparkline values={minutes} open />
        </dd>
      </div>
      {SHOWN.map(([name, label, unit]) => {
        const value = numberOf(live[name])
        return (
          <div key={name}>
            <dt>{label}</dt>
            <dd title={value === null ? "no value" : exact(value)}>
              <data value={value === null ? "" : String(value)} dir="ltr">
                {brief(value, unit)}
              </data>
            </dd>
          </div>
        )
      })}
    </dl>
  )
}

const Told = ({ client, figures }: { readonly client: Client; readonly figures: Figures }) => {
  const { tz } = useScope()
  const { error, figures: live } = useReadable(figures)
  const { connection } = useReadable(client)
  if (error !== undefined) {
    const why =
      error.code === "forbidden" || error.code === "forbidden_room"
        ? "Live figures are for the roles analyst and admin. Ask whoever runs this server for one of them."
        : "Live figures are not told at the moment. They come back with the connection."
    return <p className={styles["why"]}>{why}</p>
  }
  if (live === undefined) {
    const why = connection.status === "live" ? "Waiting for the first figures …" : "Waiting for the connection …"
    return <p className={styles["why"]}>{why}</p>
  }
  const at = live["computedAt"]
  return (
    <>
      <p className={styles["at"]}>
        {connection.status === "live" ? "" : "Not connected; "}
        {typeof at === "string" ? `as of ${shownTime(at, "seconds", tz)}` : null}
      </p>
      <Numbers live={live} />
    </>
  )
}

export const LiveStrip = ({ client }: { readonly client: Client | undefined }) => {
  const [figures, setFigures] = useState<Figures>()

  useEffect(() => {
    if (client === undefined) return undefined
    const told = figuresOf(client)
    setFigures(told)
    return () => {
      told.leave()
      setFigures(undefined)
    }
  }, [client])

  return (
    <section className={styles["strip"]} aria-label="Live">
      <h2>
        <i aria-hidden="true" data-on={figures !== undefined} />
        Live
      </h2>
      <About
        title="Live"
        version={undefined}
        definitions={[
          [
            "Live",
            "Told once a second, of this moment. Peak: since the server started. Latency: of the last 15 minutes."
          ],
          definitions.messages,
          definitions.fannedOut
        ]}
      />
      {client === undefined || figures === undefined ? (
        <p className={styles["why"]}>Join the chat to see live figures.</p>
      ) : (
        <Told client={client} figures={figures} />
      )}
    </section>
  )
}
