/** What the browser keeps for this page, where it lets it: private windows and full disks may not, and then it lasts as long as the page. */

const memory = new Map<string, string>()

const PREFIX = "hubbub:"

const key = (name: string) => PREFIX + name

/** The names of what the browser keeps. */
const inBrowser = (): ReadonlyArray<string> => {
  try {
    return Object.keys(globalThis.localStorage)
      .filter((one) => one.startsWith(PREFIX))
      .map((one) => one.slice(PREFIX.length))
  } catch {
    return []
  }
}

export const stored = {
  get: (name: string): string | undefined => {
    try {
      return globalThis.localStorage.getItem(key(name)) ?? memory.get(name)
    } catch {
      return memory.get(name)
    }
  },
  set: (name: string, value: string | undefined): void => {
    if (value === undefined) memory.delete(name)
    else memory.set(name, value)
    try {
      if (value === undefined) globalThis.localStorage.removeItem(key(name))
      else globalThis.localStorage.setItem(key(name), value)
    } catch {
      // it is in memory
    }
  },
  /** Calls with the name of what another tab has changed, of those that begin so. */
  watch: (beginning: string, changed: (name: string) => void): void => {
    globalThis.addEventListener?.("storage", (event) => {
      if (event.key?.startsWith(key(beginning)) !== true) return
      const name = event.key.slice(PREFIX.length)
      memory.delete(name)
      changed(name)
    })
  },
  /** Forgets whatever has a name that begins so. */
  forget: (beginning: string): void => {
    for (const name of [...memory.keys(), ...inBrowser()]) if (name.startsWith(beginning)) stored.set(name, undefined)
  }
}
