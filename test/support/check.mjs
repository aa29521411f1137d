// `npm run check`: types, lint, format, dead code, and how much a browser has to load. All of them run, so that one run shows everything.
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"

// TypeScript with Effect's own diagnostics where that build exists, plain TypeScript elsewhere
const patched = "node_modules/@effect/tsgo-linux-x64/artifacts/typescript/7.0.2/tsc"
const tsc = process.platform === "linux" && process.arch === "x64" && existsSync(patched) ? patched : "tsc"

const steps = [
  ["types", tsc, "--noEmit", "-p", "."],
  ["types of the web app", tsc, "--noEmit", "-p", "src/web"],
  ["lint", "oxlint", "--type-aware", "--deny-warnings"],
  ["format", "oxfmt", "--check", "src", "test", "docker"],
  ["dead code", "knip"],
  ["web app is built", "node", "src/web/build.mjs"],
  ["web app is small", "node", "test/support/budgets.mjs"]
]

let failed = 0
for (const [name, command, ...args] of steps) {
  const { error, status } = spawnSync(command, args, { stdio: "inherit", shell: process.platform === "win32" })
  const ok = status === 0
  if (!ok) failed++
  console.log(`${ok ? "ok    " : "FAILED"} ${name}${error === undefined ? "" : ` (${error.message})`}`)
}
process.exit(failed === 0 ? 0 : 1)
