/** Whom one has blocked, to let them through again. */
import { useEffect } from "react"
import { useReadable } from "../Cell.ts"
import { Avatar } from "../ui/Avatar.tsx"
import { Button } from "../ui/Button.tsx"
import { Dialog } from "../ui/Dialog.tsx"
import { Empty, Skeleton } from "../ui/States.tsx"
import styles from "./Form.module.css"
import { useHall } from "./HallContext.ts"
import { useWork } from "./Work.ts"

export const BlockedDialog = ({ onClose }: { readonly onClose: () => void }) => {
  const { blocked, names } = useHall()
  const all = useReadable(blocked)
  useReadable(names.people)
  const { busy, problem, run } = useWork()

  useEffect(() => run(blocked.load), [blocked])

  return (
    <Dialog title="Blocked people" onClose={onClose}>
      <div className={styles["form"]}>
        <p className={styles["hint"]}>They cannot write to you in private, nor invite you to groups.</p>
        {all === undefined && problem === undefined ? <Skeleton label="Loading whom you have blocked" /> : null}
        {all?.length === 0 ? <Empty icon="block" title="You have blocked nobody" /> : null}
        {all === undefined || all.length === 0 ? null : (
          <ul className={styles["list"]} aria-label="Blocked people">
            {all.map((userId) => {
              const name = names.of(userId) ?? userId
              return (
                <li key={userId}>
                  <Avatar userId={userId} name={name} size={1.75} />
                  <bdi>{name}</bdi>
                  <Button
                    disabled={busy}
                    aria-label={`Unblock ${name}`}
                    onClick={() => run(() => blocked.unblock(userId))}
                  >
                    Unblock
                  </Button>
                </li>
              )
            })}
          </ul>
        )}
        {problem === undefined ? null : (
          <p role="alert" className={styles["problem"]}>
            {problem}
          </p>
        )}
      </div>
    </Dialog>
  )
}
