/** What is shown where a part of the page broke: what happened, and how to go on. */
import { Component, type ReactNode } from "react"
import { Button } from "./ui/Button.tsx"
import { Icon } from "./ui/Icon.tsx"
import styles from "./session/Door.module.css"

interface Props {
  readonly children: ReactNode
  /** Which view is shown: another one may do. */
  readonly view: string
}

interface State {
  readonly error: Error | undefined
}

/** As the engines, and the bundle itself of a style sheet, put it that a part of the app could not be had. */
const MISSING = /dynamically imported module|importing a module script failed|unable to preload/i

const wordsOf = ({ message }: Error): { readonly title: string; readonly text: string } =>
  MISSING.test(message)
    ? {
        title: "A part of this page could not be loaded",
        text: "The network is away, or the server has a newer version. Reload the page when you are connected."
      }
    : {
        title: "Something broke on this page",
        text: "Nothing that was sent is lost, and drafts are kept. Reload the page to go on."
      }

export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: undefined }

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override componentDidUpdate({ view }: Props) {
    if (view !== this.props.view && this.state.error !== undefined) this.setState({ error: undefined })
  }

  override render() {
    const { error } = this.state
    if (error === undefined) return this.props.children
    const { text, title } = wordsOf(error)
    return (
      <main className={styles["door"]}>
        <div className={styles["card"]} role="alert">
          <Icon name="warning" size={32} />
          <h1>{title}</h1>
          <p>{text}</p>
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
