/** Which view the address of the page names. The address is all there is of navigation: back, forward and links work by themselves. */
import { useSyncExternalStore } from "react"

/**
 * `/` is the last room, `/r/{roomId}` a room, with `#m={epoch}.{seq}` a message in it; `/dashboard` the figures, all of whose state is in
 * its query.
 */
export type Route =
  | { readonly view: "home" }
  | {
      readonly view: "room"
      readonly roomId: string
      readonly at: { readonly epoch: number; readonly seq: number } | undefined
    }
  | { readonly view: "dashboard"; readonly path: string; readonly query: string }
  | { readonly view: "signedIn" }

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const MESSAGE = /^#m=(?<epoch>\d{1,15})\.(?<seq>\d{1,15})$/

export const routeOf = ({ hash, pathname, search }: Pick<Location, "hash" | "pathname" | "search">): Route => {
  const [, first = "", second = ""] = pathname.split("/")
  if (first === "dashboard") return { view: "dashboard", path: pathname, query: search }
  if (first === "signed-in") return { view: "signedIn" }
  if (first === "r" && second !== "") {
    const groups = MESSAGE.exec(hash)?.groups
    const at = groups && { epoch: Number(groups["epoch"]), seq: Number(groups["seq"]) }
    return { view: "room", roomId: decoded(second), at }
  }
  return { view: "home" }
}

export const roomPath = (roomId: string, at?: { readonly epoch: number; readonly seq: number }): string =>
  `/r/${encodeURIComponent(roomId)}${at === undefined ? "" : `#m=${at.epoch}.${at.seq}`}`

const listeners = new Set<() => void>()
const tell = () => {
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  if (listeners.size === 0) {
    addEventListener("popstate", tell)
    addEventListener("hashchange", tell)
  }
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    removeEventListener("popstate", tell)
    removeEventListener("hashchange", tell)
  }
}

const href = () => location.pathname + location.search + location.hash

/** Goes to a path of this app. `replace`: without a step to go back to. */
export const navigate = (path: string, { replace = false }: { readonly replace?: boolean } = {}): void => {
  if (path === href()) return
  if (replace) history.replaceState(null, "", path)
  else history.pushState(null, "", path)
  tell()
}

/** For `onClick` of a link to a path of this app: a plain click stays in the page, any other is the browser's. */
export const follow = (event: React.MouseEvent<HTMLAnchorElement>): void => {
  if (event.defaultPrevented || event.button !== 0) return
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  event.preventDefault()
  const { hash, pathname, search } = event.currentTarget
  navigate(pathname + search + hash)
}

export const useRoute = (): Route => {
  useSyncExternalStore(subscribe, href)
  return routeOf(location)
}
