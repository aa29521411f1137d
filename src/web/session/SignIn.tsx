/** The way in: a name where the server takes anybody's word for it, else by the house's sign-in, or with a token that one has. */
import { Brand } from "../chat/Brand.tsx"
import { Icon } from "../ui/Icon.tsx"
import styles from "./Door.module.css"
import { NameForm } from "./NameForm.tsx"
import type { ServerConfig } from "./ServerConfig.ts"
import type { Session } from "./Session.ts"
import { useReadable } from "../Cell.ts"
import { TokenForm } from "./TokenForm.tsx"

interface SignInProps {
  readonly session: Session
  readonly config: ServerConfig
}

const SignIn = ({ config, session }: SignInProps) => {
  const { problem } = useReadable(session)
  const { auth, name } = config
  return (
    <main className={styles["door"]}>
      <div className={styles["card"]}>
        <Brand name={name} large />
        <h1>{auth.mode === "open" ? "What should people call you?" : "Sign in to chat"}</h1>
        {problem === undefined ? null : (
          <p role="alert" className={styles["problem"]}>
            <Icon name="warning" size={18} />
            <span dir="auto">{problem}</span>
          </p>
        )}
        {auth.mode === "open" ? (
          <NameForm onEnter={session.enter} />
        ) : (
          <TokenForm session={session} hasIssuer={auth.issuer !== undefined && auth.clientId !== undefined} />
        )}
      </div>
      <p className={styles["foot"]}>
        <bdi>{name}</bdi> {config.version} · <a href="/docs">API</a>
      </p>
    </main>
  )
}

export default SignIn
