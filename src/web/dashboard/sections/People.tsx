/** Who was there, who took part, who came, stayed and left. */
import type { Sessions } from "../Answer.ts"
import { definitions as d } from "../definitions.ts"
import { fact } from "../fact.ts"
import styles from "../Overview.module.css"
import { EngagementPanel } from "../panels/EngagementPanel.tsx"
import { FactsPanel } from "../panels/FactsPanel.tsx"
import { FunnelPanel } from "../panels/FunnelPanel.tsx"
import { GrowthPanel } from "../panels/GrowthPanel.tsx"
import { RetentionPanel } from "../panels/RetentionPanel.tsx"
import { SeriesPanel } from "../panels/SeriesPanel.tsx"
import { report } from "../Question.ts"
import { useScope } from "../Scope.ts"
import type { Fact } from "../Sheet.ts"

const sessionFacts = (a: Sessions): ReadonlyArray<Fact> => [
  fact("sessions", "Sessions", a.sessions, "count"),
  fact("users", "People", a.users, "count"),
  fact("perUser", "Sessions per person", a.perUser, "number"),
  fact("open", "May go on", a.open, "count"),
  fact("durationP50Seconds", "Half last up to", a.durationP50Seconds, "seconds"),
  fact("durationP90Seconds", "9 of 10 last up to", a.durationP90Seconds, "seconds")
]

const People = () => {
  const { period, tz } = useScope()
  const window = { period, tz }
  return (
    <>
      <h2 className={styles["section"]}>People</h2>
      <SeriesPanel
        id="active"
        title="Active users"
        about={[d.engaged, d.communicators, d.visitors]}
        metrics={[
          { name: "engagedUsers", label: "Engaged" },
          { name: "communicators", label: "Communicators" },
          { name: "visitors", label: "Visitors" }
        ]}
        unit="count"
        span={6}
        totalLabel="Different people"
        nothing="Nobody was here in this period"
      />
      <EngagementPanel />
      <SeriesPanel
        id="connections"
        title="Connections"
        about={[d.connections, d.connectedUsers, d.gap]}
        metrics={[
          { name: "connections", label: "Connections" },
          { name: "connectedUsers", label: "People" }
        ]}
        unit="count"
        span={8}
        totalLabel="Largest"
        nothing="Nobody was connected in this period"
      />
      <FactsPanel
        id="sessions"
        title="Sessions"
        about={[d.sessions]}
        question={report("sessions", window)}
        facts={sessionFacts}
        empty={({ sessions }) => sessions === 0}
        nothing="No session began in this period"
        span={4}
      />
      <GrowthPanel />
      <FunnelPanel />
      <RetentionPanel />
    </>
  )
}

export default People
