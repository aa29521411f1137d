/** Groups that one was asked into: to go in, or not to. */
import { useReadable } from "../Cell.ts"
import { Button } from "../ui/Button.tsx"
import { useHall } from "./HallContext.ts"
import type { Invitation } from "./Invitations.ts"
import styles from "./InvitationList.module.css"
import { useWork } from "./Work.ts"

const Asked = ({ by, onFollow, roomId, title }: Invitation & { readonly onFollow: () => void }) => {
  const hall = useHall()
  const { busy, problem, run } = useWork()
  useReadable(hall.names.people)
  const name = title ?? "Unnamed group"
  return (
    <li className={styles["invitation"]}>
      <p>
        <bdi>{hall.names.of(by) ?? by}</bdi> has invited you to <bdi className={styles["title"]}>{name}</bdi>.
      </p>
      <div className={styles["answers"]}>
        <Button
          kind="primary"
          aria-label={`Join ${name}`}
          onClick={() => {
            hall.openRoom(roomId)
            onFollow()
          }}
        >
          Join
        </Button>
        <Button aria-label={`Decline ${name}`} disabled={busy} onClick={() => run(() => hall.rooms.leave(roomId))}>
          Decline
        </Button>
      </div>
      {problem === undefined ? null : <p role="alert">{problem}</p>}
    </li>
  )
}

export const InvitationList = ({ onFollow }: { readonly onFollow: () => void }) => {
  const invitations = useReadable(useHall().invitations)
  if (invitations.length === 0) return null
  return (
    <section aria-label="Invitations">
      <ul className={styles["invitations"]}>
        {invitations.map((invitation) => (
          <Asked key={invitation.roomId} {...invitation} onFollow={onFollow} />
        ))}
      </ul>
    </section>
  )
}
