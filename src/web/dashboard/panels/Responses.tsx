/** How fast, and whether, people are answered; everywhere, or in a room. */
import type { ResponseTime } from "../Answer.ts"
import { definitions as d } from "../definitions.ts"
import { fact } from "../fact.ts"
import { report } from "../Question.ts"
import { useScope } from "../Scope.ts"
import type { Fact } from "../Sheet.ts"
import { FactsPanel } from "./FactsPanel.tsx"
import { SeriesPanel } from "./SeriesPanel.tsx"

interface OfRoom {
  readonly room?: string
}

const responseFacts = (a: ResponseTime): ReadonlyArray<Fact> => [
  fact("answeredRate", "Answered", a.answeredRate, "share"),
  fact("responses", "Answers", a.responses, "count"),
  fact("unanswered", "Unanswered", a.unanswered, "count"),
  fact("p50Seconds", "Half within", a.p50Seconds, "seconds"),
  fact("p90Seconds", "9 of 10 within", a.p90Seconds, "seconds"),
  fact("maxSeconds", "Longest", a.maxSeconds, "seconds")
]

export const ResponseFacts = ({ room }: OfRoom) => {
  const { period, tz } = useScope()
  return (
    <FactsPanel
      id="response-time"
      title="Response time"
      about={[d.response, d.answered, d.latency]}
      question={report("response-time", { period, tz }, { room })}
      facts={responseFacts}
      empty={({ responses, unanswered }) => responses + unanswered === 0}
      span={4}
    />
  )
}

export const ResponseSeries = ({ room }: OfRoom) => (
  <SeriesPanel
    id="responses"
    title="Response time over time"
    about={[d.response, d.gap]}
    metrics={[
      { name: "responseP50Seconds", label: "Half within" },
      { name: "responseP90Seconds", label: "9 of 10 within" }
    ]}
    unit="seconds"
    room={room}
    span={4}
    totalLabel=""
    nothing="No answers in this period"
  />
)
