/** Notifications of the system, where the user has asked for them, and only while the page is not to be seen. */
import type { Row } from "../../client/index.ts"
import { cell, type Readable } from "../Cell.ts"
import { stored } from "../Stored.ts"

/** `unable`: the browser has none; `denied`: the user has told the browser that it may not. */
type Notifying = "unable" | "denied" | "off" | "on"

interface Notice {
  readonly title: string
  readonly body: string
  readonly row: Row
}

export interface Notifier extends Readable<Notifying> {
  /** Asks for permission where that is needed: only to be called when the user does something. */
  turnOn(): Promise<void>
  turnOff(): void
  /** Shows one, in place of an earlier one of its room. */
  show(notice: Notice): void
}

const WANTED = "notifications"

const now = (): Notifying => {
  if (!("Notification" in globalThis)) return "unable"
  if (Notification.permission === "denied") return "denied"
  return Notification.permission === "granted" && stored.get(WANTED) === "on" ? "on" : "off"
}

/** `open`: goes to what a notification is about. */
export const createNotifier = (open: (row: Row) => void): Notifier => {
  const state = cell(now())
  return {
    subscribe: state.subscribe,
    getSnapshot: state.getSnapshot,
    turnOn: async () => {
      if (now() === "unable") return
      stored.set(WANTED, "on")
      await Notification.requestPermission()
      state.set(now())
    },
    turnOff: () => {
      stored.set(WANTED, undefined)
      state.set(now())
    },
    show: ({ body, row, title }) => {
      if (document.visibilityState !== "hidden" || now() !== "on") return
      try {
        const notification = new Notification(title, { body, tag: row.roomId })
        notification.addEventListener("click", () => {
          notification.close()
          window.focus()
          open(row)
        })
      } catch {
        // phones have them only by a service worker
        state.set("unable")
      }
    }
  }
}
