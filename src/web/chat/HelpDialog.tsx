/** All keys. */
import { Dialog } from "../ui/Dialog.tsx"
import styles from "./HelpDialog.module.css"
import { shortcuts } from "./shortcuts.ts"

export const HelpDialog = ({ onClose }: { readonly onClose: () => void }) => (
  <Dialog title="Keyboard shortcuts" shape="wide" onClose={onClose}>
    <div className={styles["help"]}>
      {shortcuts.map(({ shortcuts: all, title }) => (
        <section key={title}>
          <h3>{title}</h3>
          <dl>
            {all.map(({ does, keys }) => (
              <div key={does} className={styles["line"]}>
                <dt>{does}</dt>
                <dd>
                  {keys.map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  </Dialog>
)
