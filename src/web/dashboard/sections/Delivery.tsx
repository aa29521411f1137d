/** How fast and how well messages got where they should, and what was refused. */
import type { Latency, Moderation, Quality } from "../Answer.ts"
import { BarList } from "../BarList.tsx"
import choice from "../Choice.module.css"
import { definitions as d } from "../definitions.ts"
import { fact } from "../fact.ts"
import styles from "../Overview.module.css"
import { FactsPanel } from "../panels/FactsPanel.tsx"
import { SeriesPanel } from "../panels/SeriesPanel.tsx"
import { report } from "../Question.ts"
import { useScope } from "../Scope.ts"
import type { Fact } from "../Sheet.ts"
import { STAGES } from "../View.ts"

const STAGE_NAMES = { fannedOut: "to members", durable: "to storage", endToEnd: "to receivers" }
const STAGE_METRICS = { fannedOut: "latency", durable: "durable", endToEnd: "endToEnd" }

const LatencyPanel = () => {
  const { go, view } = useScope()
  return (
    <SeriesPanel
      id="latency"
      title="Latency"
      about={[d.latency, d[view.stage], d.gap]}
      metrics={["P50", "P95", "P99"].map((q) => ({
        name: `${STAGE_METRICS[view.stage]}${q}Ms`,
        label: q.toLowerCase()
      }))}
      unit="milliseconds"
      span={8}
      totalLabel="All messages"
      nothing={view.stage === "endToEnd" ? "No receiver reported this" : "No messages in this period"}
      controls={
        <select
          className={choice["choice"]}
          aria-label="Latency until messages got"
          value={view.stage}
          onChange={(event) => {
            const stage = STAGES.find((one) => one === event.target.value)
            if (stage !== undefined) go({ stage })
          }}
        >
          {STAGES.map((stage) => (
            <option key={stage} value={stage}>
              {STAGE_NAMES[stage]}
            </option>
          ))}
        </select>
      }
    />
  )
}

const LATENCIES = [
  ["fannedOut", "To members"],
  ["durable", "To storage"],
  ["endToEnd", "To receivers"]
] as const

const latencyFacts = (a: Latency): ReadonlyArray<Fact> =>
  LATENCIES.flatMap(([stage, label]) => [
    fact(`${stage}.p50Ms`, `${label}, p50`, a[stage].p50Ms, "milliseconds"),
    fact(`${stage}.p95Ms`, `${label}, p95`, a[stage].p95Ms, "milliseconds"),
    fact(`${stage}.p99Ms`, `${label}, p99`, a[stage].p99Ms, "milliseconds"),
    fact(`${stage}.maxMs`, `${label}, longest`, a[stage].maxMs, "milliseconds"),
    fact(`${stage}.count`, `${label}, measured`, a[stage].count, "count")
  ])

const qualityFacts = (a: Quality): ReadonlyArray<Fact> => [
  fact("deliveredRate", "Delivered", a.deliveredRate, "share"),
  fact("delivered", "Deliveries", a.delivered, "count"),
  fact("expected", "Expected deliveries", a.expected, "count"),
  fact("resumeSuccess", "Resumes without a loss", a.resumeSuccess, "share"),
  fact("resumes", "Resumes", a.resumes, "count"),
  fact("resumesRecovered", "Resumes recovered", a.resumesRecovered, "count"),
  fact("replayed", "Messages given again", a.replayed, "count"),
  fact("duplicates", "Duplicates held back", a.duplicates, "count"),
  fact("slowCloses", "Slow closes", a.slowCloses, "count"),
  ...Object.entries(a.closeCodes).map(([code, count]) =>
    fact(`closeCodes.${code}`, `Closed with ${code}`, count, "count")
  )
]

const rejectionFacts = ({ rejected }: Quality): ReadonlyArray<Fact> =>
  Object.entries(rejected)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => ({ ...fact(`rejected.${reason}`, reason, count, "count"), aside: true }))

const moderationFacts = (a: Moderation): ReadonlyArray<Fact> => [
  fact("rateLimited", "Sent too fast", a.rateLimited, "count"),
  fact("perThousand.rateLimited", "… per 1,000 messages", a.perThousand.rateLimited, "number"),
  fact("deleted", "Deleted", a.deleted, "count"),
  fact("perThousand.deleted", "… per 1,000 messages", a.perThousand.deleted, "number"),
  fact("muted", "Muted", a.muted, "count"),
  fact("perThousand.muted", "… per 1,000 messages", a.perThousand.muted, "number"),
  fact("banned", "Banned", a.banned, "count"),
  fact("perThousand.banned", "… per 1,000 messages", a.perThousand.banned, "number")
]

const Delivery = () => {
  const { period, tz } = useScope()
  const window = { period, tz }
  return (
    <>
      <h2 className={styles["section"]}>Delivery</h2>
      <LatencyPanel />
      <FactsPanel
        id="latency-stages"
        title="Latency by stage"
        about={[d.latency, d.fannedOut, d.durable, d.endToEnd]}
        question={report("latency", window)}
        facts={latencyFacts}
        empty={({ durable, fannedOut }) => durable.count + fannedOut.count === 0}
        span={4}
        height={260}
      />
      <SeriesPanel
        id="drops"
        title="Drops and reconnects"
        about={[d.resumes, d.slow]}
        metrics={[
          { name: "resumes", label: "Resumes" },
          { name: "resumesRecovered", label: "Recovered" },
          { name: "slowCloses", label: "Slow closes" },
          { name: "connectionsClosed", label: "Connections closed" }
        ]}
        unit="count"
        span={8}
        totalLabel="In all"
        nothing="No connection broke in this period"
      />
      <FactsPanel
        id="quality"
        title="Delivery quality"
        about={[d.delivered, d.resumes, d.duplicates, d.slow]}
        question={report("quality", window)}
        facts={qualityFacts}
        span={4}
        height={260}
      />
      <SeriesPanel
        id="rejected"
        title="Rejections"
        about={[d.rejected]}
        metrics={[
          { name: "rejected", label: "Of any reason" },
          { name: "rateLimited", label: "Sent too fast" }
        ]}
        unit="count"
        span={4}
        totalLabel="In all"
        nothing="Nothing was refused in this period"
      />
      <FactsPanel
        id="reasons"
        title="Rejections by reason"
        about={[d.rejected]}
        question={report("quality", window)}
        facts={rejectionFacts}
        empty={({ rejected }) => Object.keys(rejected).length === 0}
        nothing="Nothing was refused in this period"
        span={4}
        under={(quality) => (
          <BarList
            label="Rejections by reason"
            unit="count"
            bars={rejectionFacts(quality).map(({ label, name, value }) => ({
              key: name,
              label: <code>{label}</code>,
              value: Number(value)
            }))}
          />
        )}
      />
      <FactsPanel
        id="moderation"
        title="Moderation load"
        about={[d.moderation]}
        question={report("moderation", window)}
        facts={moderationFacts}
        span={4}
      />
    </>
  )
}

export default Delivery
