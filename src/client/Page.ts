/** What a browser tells about the line and the page; in Node nothing. */

interface Listening {
  addEventListener?(type: string, listener: () => void): void
  removeEventListener?(type: string, listener: () => void): void
}

/** As much of a browser's global object as is listened to. */
export interface Page extends Listening {
  readonly navigator?: { readonly onLine?: boolean; readonly userAgent?: string }
  readonly document?: Listening & { readonly visibilityState?: string }
  readonly location?: { readonly href: string }
}

/** The line is known to be down. That it is up is a guess. */
export const isOffline = ({ navigator }: Page): boolean => navigator?.onLine === false

/** Calls when the line comes back or the page is looked at again; returns what ends that. */
export const onWake = (page: Page, wake: () => void): (() => void) => {
  const { document } = page
  const seen = () => {
    if (document?.visibilityState === "visible") wake()
  }
  page.addEventListener?.("online", wake)
  document?.addEventListener?.("visibilitychange", seen)
  return () => {
    page.removeEventListener?.("online", wake)
    document?.removeEventListener?.("visibilitychange", seen)
  }
}
