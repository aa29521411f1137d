/** Who is in a group, whoever of them is there right now: to ask others in, and for its owner to take somebody out. */
import { useEffect, useState } from "react"
import { useReadable } from "../Cell.ts"
import { Avatar } from "../ui/Avatar.tsx"
import { Button } from "../ui/Button.tsx"
import { Dialog } from "../ui/Dialog.tsx"
import { Skeleton } from "../ui/States.tsx"
import styles from "./Form.module.css"
import { useHall } from "./HallContext.ts"
import { PeoplePicker } from "./PeoplePicker.tsx"
import { useWork } from "./Work.ts"

interface PeopleDialogProps {
  readonly roomId: string
  readonly onClose: () => void
}

export const PeopleDialog = ({ onClose, roomId }: PeopleDialogProps) => {
  const hall = useHall()
  const { groups } = hall
  const group = useReadable(groups).get(roomId)
  useReadable(hall.names.people)
  const { busy, problem, run } = useWork()
  const [removing, setRemoving] = useState<string>()
  const selfId = hall.selfId()
  const nameOf = (userId: string) => hall.names.of(userId) ?? userId

  useEffect(() => run(() => groups.load(roomId)), [groups, roomId])

  return (
    <Dialog
      title={`People of ${hall.titleOf(roomId)}`}
      onClose={onClose}
      actions={
        <Button kind="danger" icon="signOut" onClick={() => hall.dialog.set({ kind: "leave", roomId })}>
          Leave group
        </Button>
      }
    >
      <div className={styles["form"]}>
        {group === undefined && problem === undefined ? <Skeleton label="Loading the members" /> : null}
        {group === undefined ? null : (
          <ul className={styles["list"]} aria-label="Members of the group">
            {group.userIds.map((userId) => (
              <li key={userId}>
                <Avatar userId={userId} name={nameOf(userId)} size={1.75} />
                <bdi>{nameOf(userId)}</bdi>
                {userId === group.owner ? <span className={styles["tag"]}>owner</span> : null}
                {userId === selfId ? <span className={styles["tag"]}>you</span> : null}
                {group.owner !== selfId || userId === selfId ? null : removing === userId ? (
                  <>
                    <Button onClick={() => setRemoving(undefined)}>Keep</Button>
                    <Button
                      kind="danger"
                      disabled={busy}
                      onClick={() => run(() => groups.remove(roomId, userId))}
                      aria-label={`Yes, remove ${nameOf(userId)}`}
                    >
                      Remove
                    </Button>
                  </>
                ) : (
                  <Button kind="quiet" aria-label={`Remove ${nameOf(userId)}`} onClick={() => setRemoving(userId)}>
                    Remove
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
        {problem === undefined ? null : (
          <p role="alert" className={styles["problem"]}>
            {problem}
          </p>
        )}
        <PeoplePicker
          label="Invite"
          chosen={[]}
          without={group?.userIds ?? []}
          onChange={([userId]) => {
            if (userId !== undefined) run(() => groups.invite(roomId, userId))
          }}
        />
      </div>
    </Dialog>
  )
}
