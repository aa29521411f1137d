/** What `docker build` may take from a folder: everything but what its `.dockerignore` leaves out. */
import { readFileSync } from "node:fs"
import { join } from "node:path"

/** A pattern matches a path or anything above it; `*` stays within a name, `**` does not. */
const matcher = (pattern: string): RegExp => {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("**/", "\0")
    .replaceAll("*", "[^/]*")
    .replaceAll("?", "[^/]")
    .replaceAll("\0", "(?:.*/)?")
  return new RegExp(`^${source}(?:/|$)`)
}

export class BuildContext {
  readonly root: string
  private readonly rules: ReadonlyArray<{ readonly keeps: boolean; readonly pattern: RegExp }>

  constructor(root: string) {
    this.root = root
    this.rules = readFileSync(join(root, ".dockerignore"), "utf8")
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => {
        const keeps = line.startsWith("!")
        return { keeps, pattern: matcher(line.slice(keeps ? 1 : 0).replace(/^\/|\/$/g, "")) }
      })
  }

  /** Whether a file, by its path from the root, is sent to the builder: the last pattern that matches decides. */
  sends(path: string): boolean {
    return this.rules.findLast(({ pattern }) => pattern.test(path))?.keeps ?? true
  }
}
