/** All figures of one user. */
import { follow } from "../Route.ts"
import type { Envelope, UserFigures } from "./Answer.ts"
import { BarList } from "./BarList.tsx"
import { definitions as d, WITHHELD } from "./definitions.ts"
import { fact } from "./fact.ts"
import { DaysPanel } from "./panels/DaysPanel.tsx"
import { FactsPanel } from "./panels/FactsPanel.tsx"
import { Panel } from "./Panel.tsx"
import { ofUser } from "./Question.ts"
import { useScope } from "./Scope.ts"
import type { Cell, Fact } from "./Sheet.ts"
import { addressOf } from "./View.ts"

const userFacts = (a: UserFigures): ReadonlyArray<Fact> => [
  fact("username", "Name", a.username, "text"),
  fact("messages", "Messages", a.messages, "count"),
  fact("share", "Share of all messages", a.share, "share"),
  fact("activeDays", "Days engaged", a.activeDays, "count"),
  fact("sessions", "Sessions", a.sessions, "count"),
  fact("sessionP50Seconds", "Half of sessions last up to", a.sessionP50Seconds, "seconds"),
  fact("firstSeen", "First seen", a.firstSeen, "moment")
]

const UserPage = ({ id }: { readonly id: string }) => {
  const { period, tz, view } = useScope()
  const question = ofUser(id, { period, tz })
  return (
    <>
      <DaysPanel question={question} />
      <FactsPanel
        id="user"
        title="At a glance"
        about={[d.messages, d.engaged, d.sessions]}
        question={question}
        facts={userFacts}
        withheld={(answer) => (answer.withheld === true ? WITHHELD : undefined)}
        span={6}
      />
      <Panel<{ readonly answer: Envelope & UserFigures }>
        id="user-rooms"
        title="Rooms"
        about={[["Rooms", "Rooms this person sent messages in, by whole UTC days that overlap the period."], d.rooms]}
        questions={{ answer: question }}
        span={6}
        draw={({ answer }) => ({
          envelope: answer,
          sheet: {
            columns: [
              { name: "roomId", label: "Room", kind: "room" },
              { name: "messages", label: "Messages", kind: "count" }
            ],
            rows: answer.rooms.map(({ messages, roomId }): Array<Cell> => [roomId, messages])
          },
          withheld: answer.withheld === true ? WITHHELD : undefined,
          empty: answer.rooms.length === 0,
          drawing: (
            <BarList
              label="Rooms by messages"
              unit="count"
              bars={answer.rooms.map(({ messages, roomId }) => ({
                key: roomId,
                label: (
                  <a href={addressOf({ ...view, place: { of: "room", id: roomId }, tables: [] })} onClick={follow}>
                    <bdi>#{roomId}</bdi>
                  </a>
                ),
                value: messages
              }))}
            />
          )
        })}
        nothing="No messages in rooms that have figures of their own"
      />
    </>
  )
}

export default UserPage
