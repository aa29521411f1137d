/** Shows the dialog that is open. */
import { useReadable } from "../Cell.ts"
import type { Session } from "../session/Session.ts"
import { notify } from "../ui/Notices.tsx"
import { AlertingDialog } from "./AlertingDialog.tsx"
import { BlockedDialog } from "./BlockedDialog.tsx"
import { ConfirmDialog } from "./ConfirmDialog.tsx"
import { DirectDialog } from "./DirectDialog.tsx"
import { GroupDialog } from "./GroupDialog.tsx"
import { useHall } from "./HallContext.ts"
import { HelpDialog } from "./HelpDialog.tsx"
import { JoinDialog } from "./JoinDialog.tsx"
import { leave } from "./leaving.ts"
import { kindOf } from "./kindOf.ts"
import { ModerateDialog } from "./ModerateDialog.tsx"
import { PeopleDialog } from "./PeopleDialog.tsx"
import { SettingsDialog } from "./SettingsDialog.tsx"
import { Switcher } from "./Switcher.tsx"

interface DialogsProps {
  readonly session: Session
  /** The room that is looked at was left. */
  readonly onLeft: (roomId: string) => void
}

const Dialogs = ({ onLeft, session }: DialogsProps) => {
  const hall = useHall()
  const open = useReadable(hall.dialog)
  // only this one: another may have taken its place meanwhile
  const close = () => hall.dialog.update((now) => (now === open ? undefined : now))
  if (open === undefined) return null
  switch (open.kind) {
    case "switcher":
      return <Switcher onClose={close} />
    case "help":
      return <HelpDialog onClose={close} />
    case "settings":
      return <SettingsDialog onClose={close} />
    case "join":
      return <JoinDialog session={session} onClose={close} />
    case "group":
      return <GroupDialog onClose={close} />
    case "blocked":
      return <BlockedDialog onClose={close} />
    case "direct":
      return <DirectDialog key={open.userId} userId={open.userId} onClose={close} />
    case "people":
      return <PeopleDialog key={open.roomId} roomId={open.roomId} onClose={close} />
    case "alerting":
      return <AlertingDialog key={open.roomId} roomId={open.roomId} onClose={close} />
    case "moderate":
      return <ModerateDialog userId={open.userId} roomId={open.roomId} row={open.row} onClose={close} />
    case "signOut":
      return (
        <ConfirmDialog title="Sign out?" label="Sign out" onClose={close} run={async () => leave(session)}>
          Names are nobody’s own on this server: you cannot come back as who you are now, and your private rooms stay
          behind.
        </ConfirmDialog>
      )
    case "leave": {
      const { roomId } = open
      const isGroup = kindOf(roomId) === "group"
      return (
        <ConfirmDialog
          title={isGroup ? "Leave this group?" : "Leave this room?"}
          label="Leave"
          onClose={close}
          run={async () => {
            await hall.rooms.leave(roomId)
            onLeft(roomId)
          }}
        >
          {isGroup ? (
            <>
              You will no longer see what is said in <bdi>{hall.titleOf(roomId)}</bdi>, and can come back only by
              invitation.
            </>
          ) : (
            <>
              <bdi>{hall.titleOf(roomId)}</bdi> will be gone from your list. You can join it again at any time.
            </>
          )}
        </ConfirmDialog>
      )
    }
    default: {
      const { userId } = open
      const name = hall.names.of(userId) ?? userId
      return (
        <ConfirmDialog
          title={`Block ${name}?`}
          label="Block"
          onClose={close}
          run={async () => {
            await hall.blocked.block(userId)
            notify(`${name} is blocked.`)
          }}
        >
          <bdi>{name}</bdi> will neither be able to write to you in private nor to invite you. In public rooms you still
          see each other. You can unblock them in your settings.
        </ConfirmDialog>
      )
    }
  }
}

export default Dialogs
