/** Signs in at the house's issuer, or with a token that one was given. */
import { type FormEvent, useId, useState } from "react"
import { Button } from "../ui/Button.tsx"
import styles from "./Door.module.css"
import { SignInFailed } from "./oidc.ts"
import type { Session } from "./Session.ts"
import { tokenProblem } from "./tokenProblem.ts"

interface TokenFormProps {
  readonly session: Session
  /** Whether there is a page to sign in on. */
  readonly hasIssuer: boolean
}

export const TokenForm = ({ hasIssuer, session }: TokenFormProps) => {
  const [token, setToken] = useState("")
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const id = useId()

  const signIn = async () => {
    setBusy(true)
    setProblem(undefined)
    try {
      await session.signIn()
    } catch (error) {
      setBusy(false)
      setProblem(
        error instanceof SignInFailed ? error.message : "The sign-in service does not answer. Try again in a moment."
      )
    }
  }

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const wrong = tokenProblem(token)
    setProblem(wrong)
    if (wrong === undefined) session.enterWithToken(token.trim())
  }

  const form = (
    <form className={styles["form"]} onSubmit={submit} noValidate>
      <label htmlFor={id}>Token</label>
      <textarea
        id={id}
        dir="ltr"
        rows={4}
        autoComplete="off"
        spellCheck={false}
        value={token}
        aria-describedby={`${id}-hint`}
        onChange={(event) => setToken(event.currentTarget.value)}
      />
      <p id={`${id}-hint`} className={styles["hint"]}>
        A JSON Web Token that this server accepts. It is kept in this tab only, until you close it.
      </p>
      <Button kind={hasIssuer ? "normal" : "primary"} type="submit" className={styles["wide"]}>
        Use this token
      </Button>
    </form>
  )

  return (
    <>
      {hasIssuer ? (
        <Button kind="primary" className={styles["wide"]} disabled={busy} onClick={() => void signIn()}>
          {busy ? "One moment…" : "Sign in"}
        </Button>
      ) : null}
      {problem === undefined ? null : (
        <p role="alert" className={styles["problem"]}>
          {problem}
        </p>
      )}
      {hasIssuer ? (
        <details className={styles["details"]}>
          <summary>Use a token instead</summary>
          {form}
        </details>
      ) : (
        form
      )}
    </>
  )
}
