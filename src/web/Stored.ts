/** What the browser keeps for this page, where it lets it: private windows and full disks may not, and then it lasts as long as the page. */

const memory = new Map<string, string>()

const key = (name: string) => `hubbub:${name}`

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
  }
}
