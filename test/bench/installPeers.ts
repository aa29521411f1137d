/** Installs the peers' packages into this folder on the first run, from their own lock and without running their scripts. */
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const here = fileURLToPath(new URL(".", import.meta.url))
const stamp = `${here}node_modules/.installed-lock`

export const installPeers = (): boolean => {
  const lock = readFileSync(`${here}package-lock.json`, "utf8")
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return true
  console.log("Installing the peers into test/bench/node_modules (some 270 MB) …")
  const npm = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: here,
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
    shell: process.platform === "win32"
  })
  if (npm.status === 0) {
    writeFileSync(stamp, lock)
    return true
  }
  console.log(
    `The peers are skipped: npm ci failed. ${npm.error?.message ?? npm.stderr.trim().split("\n").at(-1) ?? ""}`
  )
  return false
}
