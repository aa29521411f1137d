/** Puts a text on the clipboard, and says so. */
import { notify } from "../ui/Notices.tsx"

export const copied = async (text: string, done: string): Promise<void> => {
  try {
    await navigator.clipboard.writeText(text)
    notify(done)
  } catch {
    notify("It could not be copied: this browser does not allow it here.", { kind: "error" })
  }
}
