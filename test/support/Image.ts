/**
 * The image without Docker: carries out the instructions of a Dockerfile in a folder of its own, where every stage is a file system that
 * begins empty. Only the base image is taken for granted, which is Node, and `npm ci`, for which the installed packages stand in.
 */
import { chown, cp, mkdir, mkdtemp, readdir, rm, stat, symlink } from "node:fs/promises"
import { tmpdir } from "node:os"
import { basename, join, relative, resolve } from "node:path"
import { readFileSync } from "node:fs"
import { BuildContext } from "./BuildContext.ts"
import { assignments, every, type Instruction, parseDockerfile, type Stage } from "./Dockerfile.ts"
import { type Env, runToEnd } from "./ServerProcess.ts"

/** The file system of a stage, and where in it commands run. */
interface Layer {
  readonly root: string
  workdir: string
}

const isFolder = async (path: string) => (await stat(path)).isDirectory()

/** Who owns what was copied; only root can give files away. */
const giveAway = async (path: string, owner: string) => {
  const [uid = 0, gid = uid] = owner.split(":").map(Number)
  if (process.getuid?.() === 0) await chown(path, uid, gid)
}

const copy = async ({ args, flags }: Instruction, from: Layer | BuildContext, to: Layer) => {
  const [destination = "", ...sources] = args.toReversed()
  const target = join(to.root, resolve(to.workdir, destination))
  for (const source of sources) {
    const path = from instanceof BuildContext ? join(from.root, source) : join(from.root, resolve(from.workdir, source))
    const filter = (file: string) =>
      !(from instanceof BuildContext) || file === path || from.sends(relative(from.root, file))
    if (from instanceof BuildContext && !from.sends(join(source, "."))) throw new Error(`${source} is ignored`)
    // of a folder the contents are copied, as Docker does
    const into = !(await isFolder(path)) && destination.endsWith("/") ? join(target, basename(path)) : target
    await cp(path, into, { recursive: true, filter })
  }
  if (flags["chown"] !== undefined) await giveAway(target, flags["chown"])
}

const run = async ({ args }: Instruction, { root, workdir }: Layer, packages: string) => {
  const cwd = join(root, workdir)
  if (args[0] === "npm" && args[1] === "ci") return symlink(packages, join(cwd, "node_modules"), "dir")
  const { code, stderr, stdout } = await runToEnd(args, {}, cwd)
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${stdout}${stderr}`)
}

/** Builds a stage in the folder `root`, on and from the stages before it. */
const buildStage = async (
  { image, instructions }: Stage,
  root: string,
  built: ReadonlyMap<string, Layer>,
  context: BuildContext
): Promise<Layer> => {
  const below = built.get(image)
  const layer: Layer = { root, workdir: below?.workdir ?? "/" }
  await (below === undefined ? mkdir(root) : cp(below.root, root, { recursive: true }))
  for (const instruction of instructions) {
    const { args, flags, keyword } = instruction
    if (keyword === "WORKDIR") {
      layer.workdir = resolve(layer.workdir, args[0] ?? "")
      await mkdir(join(root, layer.workdir), { recursive: true })
    } else if (keyword === "COPY") {
      const { from } = flags
      const source = from === undefined ? context : built.get(from)
      if (source === undefined) throw new Error(`no stage ${from}`)
      await copy(instruction, source, layer)
    } else if (keyword === "RUN") {
      await run(instruction, layer, join(context.root, "node_modules"))
    }
  }
  return layer
}

export class Image {
  /** Where its file system lies. */
  readonly root: string
  readonly workdir: string
  readonly stage: Stage
  private readonly folder: string

  private constructor(folder: string, layer: Layer, stage: Stage) {
    this.folder = folder
    this.root = layer.root
    this.workdir = join(layer.root, layer.workdir)
    this.stage = stage
  }

  /** Builds the last stage, and those it takes from. */
  static async build(context: string, dockerfile: string): Promise<Image> {
    const stages = parseDockerfile(readFileSync(join(context, dockerfile), "utf8"))
    const last = stages.at(-1)
    if (last === undefined) throw new Error("no stage")
    const folder = await mkdtemp(join(tmpdir(), "hubbub-image-"))
    try {
      const sent = new BuildContext(context)
      const built = new Map<string, Layer>()
      for (const [index, stage] of stages.entries()) {
        const layer = await buildStage(stage, join(folder, String(index)), built, sent)
        if (stage === last) return new Image(folder, layer, last)
        if (stage.name !== undefined) built.set(stage.name, layer)
      }
      throw new Error("no stage")
    } catch (error) {
      await rm(folder, { recursive: true, force: true })
      throw error
    }
  }

  /** The variables a container starts with. */
  get env(): Env {
    return assignments(this.stage, "ENV")
  }

  /** `ENTRYPOINT` and `CMD`, with this process's Node for the image's, run where the image runs them. */
  get command(): ReadonlyArray<string> {
    const [entrypoint] = every(this.stage, "ENTRYPOINT")
    const [cmd] = every(this.stage, "CMD")
    return [
      "sh",
      "-c",
      'cd "$0" && exec "$@"',
      this.workdir,
      ...this.resolved([...(entrypoint?.args ?? []), ...(cmd?.args ?? [])])
    ]
  }

  /** A command of the image, with this process's Node for the image's. */
  resolved([program = "", ...args]: ReadonlyArray<string>): ReadonlyArray<string> {
    return [program === "node" ? process.execPath : program, ...args]
  }

  /** Every file of it, by its path from the root, with its size. */
  async files(): Promise<Readonly<Record<string, number>>> {
    const entries = await readdir(this.root, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    const sizes = await Promise.all(
      files.map(async (file) => [relative(this.root, file), (await stat(file)).size] as const)
    )
    return Object.fromEntries(sizes.toSorted(([a], [b]) => (a < b ? -1 : 1)))
  }

  /** Deletes it. */
  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true })
  }
}
