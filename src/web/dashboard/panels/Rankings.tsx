/** Who and where most was said, and how much of all that is. */
import type { Envelope, RoomRanking, UserRanking } from "../Answer.ts"
import choice from "../Choice.module.css"
import { definitions } from "../definitions.ts"
import { Panel } from "../Panel.tsx"
import { Facts } from "../Facts.tsx"
import { report } from "../Question.ts"
import { useScope } from "../Scope.ts"
import { type Fact, factSheet } from "../Sheet.ts"
import { SORTS } from "../View.ts"
import { PAGE, RankingPanel } from "./RankingPanel.tsx"

const SORT_NAMES = { messages: "by messages", senders: "by senders", joins: "by joins" }

export const TopRooms = () => {
  const { go, period, tz, view } = useScope()
  return (
    <RankingPanel
      of="room"
      title="Top rooms"
      about={[definitions.rooms, definitions.messages]}
      question={report("rooms", { period, tz }, { sort: view.sort, limit: PAGE, offset: view.roomsOffset })}
      columns={[
        { name: "roomId", label: "Room", kind: "room" },
        { name: "messages", label: "Messages", kind: "count" },
        { name: "senders", label: "Senders", kind: "count" },
        { name: "joins", label: "Joins", kind: "count" },
        { name: "share", label: "Share of messages", kind: "share" }
      ]}
      ranked={({ rooms }) =>
        rooms.map(({ joins, messages, roomId, senders, share }) => ({
          id: roomId,
          name: `#${roomId}`,
          value: { joins, messages, senders }[view.sort],
          share: view.sort === "messages" ? share : null,
          row: [roomId, messages, senders, joins, share]
        }))
      }
      offset={view.roomsOffset}
      onOffset={(roomsOffset) => go({ roomsOffset })}
      nothing="No messages or joins in this period"
      controls={
        <select
          className={choice["choice"]}
          aria-label="Sort top rooms"
          value={view.sort}
          onChange={(event) => {
            const sort = SORTS.find((one) => one === event.target.value)
            if (sort !== undefined) go({ sort, roomsOffset: 0 })
          }}
        >
          {SORTS.map((sort) => (
            <option key={sort} value={sort}>
              {SORT_NAMES[sort]}
            </option>
          ))}
        </select>
      }
    />
  )
}

export const TopUsers = () => {
  const { go, period, tz, view } = useScope()
  return (
    <RankingPanel
      of="user"
      title="Top people"
      about={[definitions.users, definitions.messages]}
      question={report("users", { period, tz }, { limit: PAGE, offset: view.usersOffset })}
      columns={[
        { name: "userId", label: "Person", kind: "user" },
        { name: "username", label: "Name", kind: "text" },
        { name: "messages", label: "Messages", kind: "count" },
        { name: "share", label: "Share of messages", kind: "share" }
      ]}
      ranked={({ users }) =>
        users.map(({ messages, share, userId, username }) => ({
          id: userId,
          name: username ?? userId,
          value: messages,
          share,
          row: [userId, username, messages, share]
        }))
      }
      offset={view.usersOffset}
      onOffset={(usersOffset) => go({ usersOffset })}
      nothing="No messages of people in this period"
    />
  )
}

const concentrationFacts = (rooms: RoomRanking, users: UserRanking): ReadonlyArray<Fact> => [
  { name: "rooms.top10Share", label: "Top 10 rooms", value: rooms.concentration.top10Share, kind: "share" },
  { name: "users.top10Share", label: "Top 10 people", value: users.concentration.top10Share, kind: "share" },
  {
    name: "rooms.herfindahl",
    label: "Herfindahl index, rooms",
    value: rooms.concentration.herfindahl,
    kind: "number"
  },
  {
    name: "users.herfindahl",
    label: "Herfindahl index, people",
    value: users.concentration.herfindahl,
    kind: "number"
  }
]

/** Of all rooms and users, whichever page of them is shown. */
export const Concentration = () => {
  const { period, tz, view } = useScope()
  return (
    <Panel<{ readonly rooms: Envelope & RoomRanking; readonly users: Envelope & UserRanking }>
      id="concentration"
      title="Concentration"
      about={[definitions.concentration]}
      span={12}
      height={72}
      questions={{
        rooms: report("rooms", { period, tz }, { sort: view.sort, limit: PAGE, offset: view.roomsOffset }),
        users: report("users", { period, tz }, { limit: PAGE, offset: view.usersOffset })
      }}
      draw={({ rooms, users }) => ({
        envelope: rooms,
        sheet: factSheet(concentrationFacts(rooms, users)),
        empty: rooms.concentration.herfindahl === null,
        drawing: <Facts facts={concentrationFacts(rooms, users)} />
      })}
    />
  )
}
