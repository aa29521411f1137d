/** All figures of one room. */
import type { RoomFigures } from "./Answer.ts"
import { definitions as d } from "./definitions.ts"
import { fact } from "./fact.ts"
import { FactsPanel } from "./panels/FactsPanel.tsx"
import { HeatmapPanel } from "./panels/HeatmapPanel.tsx"
import { PatternsPanel } from "./panels/PatternsPanel.tsx"
import { DaysPanel } from "./panels/DaysPanel.tsx"
import { ResponseFacts, ResponseSeries } from "./panels/Responses.tsx"
import { SeriesPanel } from "./panels/SeriesPanel.tsx"
import { ofRoom } from "./Question.ts"
import { useScope } from "./Scope.ts"
import type { Fact } from "./Sheet.ts"

const roomFacts = (a: RoomFigures): ReadonlyArray<Fact> => [
  fact("messages", "Messages", a.messages, "count"),
  fact("share", "Share of all messages", a.share, "share"),
  fact("senders", "Senders", a.senders, "count"),
  fact("engagedUsers", "Engaged users", a.engagedUsers, "count"),
  fact("systemMessages", "System messages", a.systemMessages, "count"),
  fact("botMessages", "Messages of bots", a.botMessages, "count"),
  fact("joins", "Joins", a.joins, "count"),
  fact("leaves", "Leaves", a.leaves, "count"),
  fact("typing", "Times typing", a.typing, "count"),
  fact("reactions", "Reactions", a.reactions, "count"),
  fact("answeredRate", "Answered", a.answeredRate, "share"),
  fact("responses", "Answers", a.responses, "count"),
  fact("unanswered", "Unanswered", a.unanswered, "count"),
  fact("responseP50Seconds", "Half answered within", a.responseP50Seconds, "seconds")
]

const RoomPage = ({ id }: { readonly id: string }) => {
  const { period, tz } = useScope()
  const window = { period, tz }
  return (
    <>
      <SeriesPanel
        id="messages"
        title="Messages"
        about={[d.messages]}
        metrics={[{ name: "messages", label: "Messages" }]}
        unit="count"
        room={id}
        span={8}
        bars
        totalLabel="In all"
      />
      <FactsPanel
        id="room"
        title="At a glance"
        about={[d.messages, d.engaged, d.answered, d.response]}
        question={ofRoom(id, window)}
        facts={roomFacts}
        span={4}
        height={260}
      />
      <SeriesPanel
        id="active"
        title="Active users"
        about={[d.engaged, d.communicators]}
        metrics={[
          { name: "engagedUsers", label: "Engaged" },
          { name: "communicators", label: "Communicators" },
          { name: "senders", label: "Senders" }
        ]}
        unit="count"
        room={id}
        span={6}
        totalLabel="Different people"
        nothing="Nobody was engaged in this room"
      />
      <SeriesPanel
        id="joins"
        title="Coming and going"
        about={[["Joins and leaves", "Connections that entered the room and left it. They are no messages."]]}
        metrics={[
          { name: "joins", label: "Joins" },
          { name: "leaves", label: "Leaves" }
        ]}
        unit="count"
        room={id}
        span={6}
        totalLabel="In all"
        nothing="Nobody came or went in this period"
      />
      <HeatmapPanel room={id} />
      <ResponseFacts room={id} />
      <PatternsPanel room={id} />
      <ResponseSeries room={id} />
      <DaysPanel question={ofRoom(id, window)} />
    </>
  )
}

export default RoomPage
