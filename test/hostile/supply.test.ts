/** What is installed with the server: from one registry, pinned by hash, and of what runs on installing only what is known to. */
import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { assert, describe, it } from "@effect/vitest"

interface Locked {
  readonly resolved?: string
  readonly integrity?: string
  readonly hasInstallScript?: boolean
  readonly link?: boolean
  readonly inBundle?: boolean
  readonly dev?: boolean
  readonly optional?: boolean
}

const REGISTRY = "https://registry.npmjs.org/"

/** Packages that run something when they are installed, each looked at. */
const KNOWN_SCRIPTS: ReadonlyArray<string> = ["classic-level"]

const file = resolve(import.meta.dirname, "../../package-lock.json")
const { lockfileVersion, packages }: { lockfileVersion: number; packages: Readonly<Record<string, Locked>> } =
  JSON.parse(readFileSync(file, "utf8"))
const locked = Object.entries(packages).filter(
  ([path, { inBundle, link }]) => path !== "" && link !== true && inBundle !== true
)
const named = (path: string) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length)

describe("T55: what is installed", () => {
  it("is pinned by hash, and comes from the registry alone", () => {
    assert.strictEqual(lockfileVersion, 3)
    for (const [path, { integrity, resolved }] of locked) {
      // npm leaves out what it would take from the registry anyway
      assert.isTrue(resolved?.startsWith(REGISTRY) ?? true, path)
      assert.match(integrity ?? "", /^sha512-/, path)
    }
  })

  it("runs no script on installing but those that are known", () => {
    const scripts = locked.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => named(path))
    assert.deepStrictEqual([...new Set(scripts)].sort(), [...KNOWN_SCRIPTS].sort())
  })

  it("is little where the server runs: what tests need is not in it", () => {
    const kept = locked
      .filter(([, { dev, optional }]) => dev !== true && optional !== true)
      .map(([path]) => named(path))
    for (const tool of ["vitest", "dynalite", "typescript", "oxlint", "vite"]) assert.notInclude(kept, tool)
  })
})
