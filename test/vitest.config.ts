import { relative } from "node:path"
import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

/** Folders whose files take long however short they are, the longest first: begun last, they would leave the other workers idle. */
const LONG = ["faults", "browser", "recount", "integration", "hostile", "store"]

/** Folders whose tests start processes, browsers and engines: each file has a process of its own, which ends with all that it began. */
const SERVERS = [...LONG, "docker"]

const within = (folder: string) => `${folder}/**/*.test.ts`

const rank = ({ moduleId }: TestSpecification) => {
  const place = LONG.indexOf(relative(import.meta.dirname, moduleId).split("/", 1)[0] ?? "")
  return place < 0 ? LONG.length : place
}

class LongestFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>) {
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  test: {
    root: import.meta.dirname,
    globalSetup: ["support/built.ts"],
    // a bound for what hangs, not for what is slow on a busy machine
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // on a machine that others share, a test of several processes gets a second chance; what is broken fails twice
    retry: process.env["CI"] === undefined ? 0 : 1,
    pool: "forks",
    // tests of processes mostly wait; more workers than this would make them wait for each other
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: { name: "servers", include: SERVERS.map(within), exclude: ["**/node_modules/**"] }
      },
      {
        extends: true,
        test: {
          name: "units",
          include: ["**/*.test.ts"],
          exclude: ["**/node_modules/**", ...SERVERS.map(within)],
          // they share nothing but modules that keep nothing; each file in a process of its own would read all of them again
          isolate: false
        }
      }
    ]
  }
})
