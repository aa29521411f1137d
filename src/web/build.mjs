// Builds the web app into `dist/web` where it is missing, or its sources are no longer those that it was built from. Plain JavaScript, as
// it runs before anyone has looked which Node this is.
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { brotliCompress, gzip } from "node:zlib"

const top = fileURLToPath(new URL("../../", import.meta.url))
const built = join(top, "dist/web")
const stamp = join(built, "sources.txt")

/** What goes into the app: its own folder, those that it shares with the server, and the versions of what it is made with. */
const SOURCES = ["src/web", "src/client", "src/domain", "tsconfig.json", "package-lock.json"]

/** Whether two trees of sources are the same. */
const fingerprint = () => {
  const hash = createHash("sha256")
  const add = (path) => {
    hash
      .update(path)
      .update("\0")
      .update(readFileSync(join(top, path)))
      .update("\0")
  }
  for (const source of SOURCES) {
    if (!existsSync(join(top, source))) continue
    if (!source.startsWith("src/")) add(source)
    else {
      const files = readdirSync(join(top, source), { recursive: true, withFileTypes: true })
      const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name))
      for (const path of paths.sort()) add(path.slice(top.length))
    }
  }
  return hash.digest("hex")
}

const why = () => {
  if (!existsSync(join(built, "index.html"))) return "is not built yet"
  const before = existsSync(stamp) ? readFileSync(stamp, "utf8") : ""
  return before === fingerprint() ? undefined : "has changed since it was built"
}

const ENCODINGS = { br: promisify(brotliCompress), gzip: promisify(gzip) }

/** Compresses once, and as well as can be, what would else be compressed for each browser: into folders of the encodings' names. */
const compress = async (directory) => {
  const assets = join(directory, "assets")
  const names = readdirSync(assets)
  for (const [encoding, encode] of Object.entries(ENCODINGS)) {
    mkdirSync(join(directory, encoding))
    const write = async (name) =>
      writeFileSync(join(directory, encoding, name), await encode(readFileSync(join(assets, name))))
    await Promise.all(names.map(write))
  }
}

const build = async () => {
  // whoever runs this, as a test runner does, may have said something else; React would be the one for developers
  process.env.NODE_ENV = "production"
  const { build } = await import("vite")
  // beside the old one, which others may be serving meanwhile
  const fresh = join(top, `dist/web-${process.pid}`)
  try {
    const sources = fingerprint()
    await build({
      configFile: join(top, "src/web/vite.config.ts"),
      configLoader: "native",
      build: { outDir: fresh, emptyOutDir: true }
    })
    await compress(fresh)
    writeFileSync(join(fresh, "sources.txt"), sources)
    rmSync(built, { recursive: true, force: true })
    renameSync(fresh, built)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
const reason = why()

// an older Node is told what to do by the server itself
if (reason !== undefined && (major > 22 || (major === 22 && minor >= 19))) {
  const began = performance.now()
  console.log(`The web app ${reason}: building it …`)
  try {
    await build()
    console.log(`The web app is built (${((performance.now() - began) / 1000).toFixed(1)} s).`)
  } catch (error) {
    const missing = error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND"
    const detail = missing
      ? "it takes the development packages: run `npm install --include=dev`"
      : error instanceof Error
        ? error.message
        : String(error)
    console.error(`The web app could not be built: ${detail}`)
    // the server is of use without it; who wanted nothing else is told
    if (!process.argv.includes("--if-possible")) process.exitCode = 1
  }
}
