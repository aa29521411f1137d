/** The keys of the chat: what they do, as the help shows them. */

const isApple = /Mac|iPhone|iPad/.test(globalThis.navigator?.userAgent ?? "")

/** What goes before a letter, as it stands on the keyboard. */
export const COMMAND = isApple ? "⌘" : "Ctrl "
const ALT = isApple ? "⌥" : "Alt"
const SHIFT = isApple ? "⇧" : "Shift"

export interface Shortcut {
  readonly keys: ReadonlyArray<string>
  readonly does: string
}

export const shortcuts: ReadonlyArray<{ readonly title: string; readonly shortcuts: ReadonlyArray<Shortcut> }> = [
  {
    title: "Getting around",
    shortcuts: [
      { keys: [COMMAND.trim(), "K"], does: "Go to a room or person" },
      { keys: [ALT, "↑"], does: "Room above" },
      { keys: [ALT, "↓"], does: "Room below" },
      { keys: [ALT, SHIFT, "↑"], does: "Unread room above" },
      { keys: [ALT, SHIFT, "↓"], does: "Unread room below" },
      { keys: ["F6"], does: "Next part of the page" },
      { keys: [SHIFT, "F6"], does: "Part of the page before" },
      { keys: ["Esc"], does: "Close, or go to the newest message" },
      { keys: ["?"], does: "This list" }
    ]
  },
  {
    title: "Writing",
    shortcuts: [
      { keys: ["Enter"], does: "Send" },
      { keys: [SHIFT, "Enter"], does: "New line" },
      { keys: ["↑"], does: "Edit your last message, in an empty field" },
      { keys: ["@"], does: "Mention somebody" },
      { keys: ["#"], does: "Name a room" },
      { keys: [":"], does: "Find an emoji" }
    ]
  },
  {
    title: "On a message",
    shortcuts: [
      { keys: ["↑", "↓"], does: "Message above or below" },
      { keys: ["R"], does: "Reply" },
      { keys: ["E"], does: "Edit" },
      { keys: ["+"], does: "React" },
      { keys: ["Delete"], does: "Delete" }
    ]
  }
]
