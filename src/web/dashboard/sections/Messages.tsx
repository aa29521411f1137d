/** How much was said, when, how, and how fast it was answered. */
import { HeatmapPanel } from "../panels/HeatmapPanel.tsx"
import type { Summary } from "../Answer.ts"
import { definitions as d } from "../definitions.ts"
import { fact } from "../fact.ts"
import styles from "../Overview.module.css"
import { FactsPanel } from "../panels/FactsPanel.tsx"
import { PatternsPanel } from "../panels/PatternsPanel.tsx"
import { ResponseFacts, ResponseSeries } from "../panels/Responses.tsx"
import { SeriesPanel } from "../panels/SeriesPanel.tsx"
import { report } from "../Question.ts"
import { useScope } from "../Scope.ts"
import type { Fact } from "../Sheet.ts"

const summaryFacts = (a: Summary): ReadonlyArray<Fact> => [
  fact("messages", "Messages", a.messages, "count"),
  fact("messagesPerMinute", "Per minute", a.messagesPerMinute, "number"),
  fact("peakMinute.messages", "In the peak minute", a.peakMinute?.messages ?? null, "count"),
  fact("peakMinute.start", "Peak minute", a.peakMinute?.start ?? null, "moment"),
  fact("peakHourFactor", "Peak hour, times the average", a.peakHourFactor, "number"),
  fact("systemMessages", "System messages", a.systemMessages, "count"),
  fact("botMessages", "Messages of bots", a.botMessages, "count"),
  fact("engagedUsers", "Engaged users", a.engagedUsers, "count"),
  fact("communicators", "Communicators", a.communicators, "count"),
  fact("visitors", "Visitors", a.visitors, "count"),
  fact("connectionsPeak", "Peak connections", a.connectionsPeak, "count"),
  fact("connectedUsersPeak", "Peak people connected", a.connectedUsersPeak, "count")
]

/** A period with messages has a peak minute, unless minutes of it are gone. */
const peakNote = ({ messages, peakMinute }: Summary): string | undefined =>
  messages > 0 && peakMinute === null
    ? "No peak minute: minutes are kept for a shorter time than this period."
    : undefined

export const Messages = () => {
  const { period, tz } = useScope()
  const window = { period, tz }
  return (
    <>
      <h2 className={styles["section"]}>Messages</h2>
      <SeriesPanel
        id="messages"
        title="Messages"
        about={[d.messages]}
        metrics={[{ name: "messages", label: "Messages" }]}
        unit="count"
        span={8}
        bars
        totalLabel="In all"
      />
      <FactsPanel
        id="summary"
        title="At a glance"
        about={[d.messages, d.perMinute, d.engaged, d.communicators, d.visitors, d.connections]}
        question={report("summary", window)}
        facts={summaryFacts}
        note={peakNote}
        span={4}
        height={260}
      />
      <HeatmapPanel />
      <ResponseFacts />
      <PatternsPanel />
      <ResponseSeries />
    </>
  )
}
