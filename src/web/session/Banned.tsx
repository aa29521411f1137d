/** Tells somebody that they may not be here. */
import { leave } from "../chat/leaving.ts"
import { Button } from "../ui/Button.tsx"
import { Icon } from "../ui/Icon.tsx"
import styles from "./Door.module.css"
import { banText } from "./banText.ts"
import type { Session } from "./Session.ts"

interface BannedProps {
  readonly session: Session
  /** What the server says of it. */
  readonly detail: string | undefined
}

/** A ban that ends by itself is found to be over by the next attempt to connect, which goes on where that is of use. */
const again = ({ client }: Session) => {
  client?.retryNow()
  client?.connect().catch(() => undefined)
}

export const Banned = ({ detail, session }: BannedProps) => (
  <main className={styles["door"]}>
    <div className={styles["card"]} role="alert">
      <Icon name="block" size={32} />
      <h1>You have been banned from this server</h1>
      {detail === undefined ? null : <p dir="auto">{banText(detail)}</p>}
      <p>
        You can neither read nor write here until a moderator lifts the ban, or it ends by itself. If you think that it
        is a mistake, ask whoever runs this server.
      </p>
      <div className={styles["actions"]}>
        <Button icon="refresh" onClick={() => again(session)}>
          Try again
        </Button>
        <Button icon="signOut" onClick={() => leave(session)}>
          Sign out
        </Button>
      </div>
    </div>
  </main>
)
