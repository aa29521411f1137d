/** What is shown where a part of the page broke: what happened, and how to go on. */
import { Component, type ReactNode } from "react"
import { Button } from "./ui/Button.tsx"
import { Icon } from "./ui/Icon.tsx"
import styles from "./session/Door.module.css"

interface State {
  readonly error: Error | undefined
}

export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: undefined }

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render() {
    const { error } = this.state
    if (error === undefined) return this.props.children
    return (
      <main className={styles["door"]}>
        <div className={styles["card"]} role="alert">
          <Icon name="warning" size={32} />
          <h1>Something broke on this page</h1>
          <p>Nothing that was sent is lost, and drafts are kept. Reload the page to go on.</p>
          <p className={styles["detail"]}>
            <code dir="ltr">{error.message}</code>
          </p>
          <Button kind="primary" icon="refresh" onClick={() => location.reload()}>
            Reload
          </Button>
        </div>
      </main>
    )
  }
}
