/**
 * What tests of running servers need built, before the first of them: the web app as it is now, and in CI the server as one bundle, as the
 * image has it, since that starts in a third of the time. Elsewhere servers under test run from their sources.
 */
import { execFileSync } from "node:child_process"
import { cpSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { missing } from "./chromium.ts"

const root = resolve(import.meta.dirname, "../..")

const run = (...args: ReadonlyArray<string>) => execFileSync(process.execPath, args, { cwd: root, stdio: "inherit" })

export const setup = (): (() => void) | undefined => {
  const inCi = process.env["CI"] !== undefined
  if (missing === undefined || inCi) run("src/web/build.mjs")
  if (!inCi) return undefined
  const directory = mkdtempSync(join(tmpdir(), "hubbub-bundle-"))
  const vite = [
    "node_modules/vite/bin/vite.js",
    "build",
    "--config",
    "docker/vite.config.ts",
    "--configLoader",
    "native"
  ]
  run(...vite, "--outDir", directory)
  cpSync(join(root, "dist/web"), join(directory, "web"), { recursive: true })
  process.env["HUBBUB_BUNDLE"] = join(directory, "main.js")
  return () => rmSync(directory, { recursive: true, force: true })
}
