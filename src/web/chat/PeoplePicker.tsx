/** Chooses people by name, or by their id where their name is not known here. */
import { useId, useState } from "react"
import type { Member } from "../../client/index.ts"
import { useReadable } from "../Cell.ts"
import { Avatar } from "../ui/Avatar.tsx"
import { Icon } from "../ui/Icon.tsx"
import { Combobox } from "./Combobox.tsx"
import { useHall } from "./HallContext.ts"
import { ranked } from "./ranked.ts"
import styles from "./PeoplePicker.module.css"

interface PeoplePickerProps {
  readonly label: string
  readonly chosen: ReadonlyArray<string>
  /** Not to be chosen, as oneself is not. */
  readonly without?: ReadonlyArray<string>
  readonly onChange: (userIds: ReadonlyArray<string>) => void
}

const SHOWN = 20
/** What an id may look like; the server knows whether it is one. */
const ID = /^\S{1,64}$/u

export const PersonLine = ({ userId, username }: Member) => (
  <>
    <Avatar userId={userId} name={username} size={1.75} />
    <bdi className={styles["name"]}>{username}</bdi>
    {username === userId ? null : <bdi className={styles["id"]}>{userId}</bdi>}
  </>
)

export const PeoplePicker = ({ chosen, label, onChange, without = [] }: PeoplePickerProps) => {
  const hall = useHall()
  const people = useReadable(hall.names.people)
  const [query, setQuery] = useState("")
  const id = useId()
  const taken = new Set([...chosen, ...without, hall.selfId()])
  const typed = query.trim()
  const known = ranked(
    typed,
    people.filter(({ userId }) => !taken.has(userId)),
    ({ userId, username }) => [username, userId]
  ).slice(0, SHOWN)
  const isNew = ID.test(typed) && !taken.has(typed) && !people.some(({ userId }) => userId === typed)
  const choices = [
    ...known.map((member) => ({ id: member.userId, content: <PersonLine {...member} /> })),
    ...(isNew
      ? [
          {
            id: typed,
            content: (
              <>
                <Icon name="user" />
                <span>
                  Use the id <bdi>{typed}</bdi>
                </span>
              </>
            )
          }
        ]
      : [])
  ]
  return (
    <div className={styles["picker"]}>
      {chosen.length === 0 ? null : (
        <ul aria-label="Chosen people" className={styles["chosen"]}>
          {chosen.map((userId) => (
            <li key={userId}>
              <button
                type="button"
                className={styles["chip"]}
                aria-label={`Remove ${hall.names.of(userId) ?? userId}`}
                onClick={() => onChange(chosen.filter((one) => one !== userId))}
              >
                <bdi>{hall.names.of(userId) ?? userId}</bdi>
                <Icon name="close" size={14} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <Combobox
        label={label}
        placeholder="Name or user id"
        query={query}
        onQuery={setQuery}
        choices={choices}
        describedBy={`${id}-hint`}
        onPick={(userId) => {
          setQuery("")
          onChange([...chosen, userId])
        }}
        empty={
          typed === ""
            ? "People you have seen here come up as you type."
            : "Nobody is known by that name. A user id has no spaces."
        }
      />
      <p id={`${id}-hint`} className="unseen">
        Choose with the arrow keys and Enter.
      </p>
    </div>
  )
}
