/** A Dockerfile, read: its stages and their instructions. Knows the part of the language that `docker/Dockerfile` uses, and refuses the rest. */

export interface Instruction {
  /** `COPY`, `RUN`, … */
  readonly keyword: string
  /** `--from=build` is `from: "build"`. */
  readonly flags: Readonly<Record<string, string>>
  readonly args: ReadonlyArray<string>
  /** Whether the arguments were written as a JSON array, so that no shell gets to see them. */
  readonly exec: boolean
}

export interface Stage {
  readonly image: string
  readonly name: string | undefined
  /** Those after `FROM`. */
  readonly instructions: ReadonlyArray<Instruction>
}

/** Logical lines: without comments, continued lines joined. */
const logicalLines = (text: string): ReadonlyArray<string> =>
  text
    .split("\n")
    .filter((line) => !/^\s*#/.test(line))
    .join("\n")
    .replace(/\\\n\s*/g, "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")

/** Words, of which some are in double quotes: `a="b c" d` is `a=b c` and `d`. */
const words = (text: string): ReadonlyArray<string> =>
  (text.match(/(?:"[^"]*"|[^\s"])+/g) ?? []).map((word) => word.replaceAll('"', ""))

const instruction = (line: string): Instruction => {
  const [, keyword = "", tail = ""] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? []
  if (keyword === "" || tail.startsWith("<<")) throw new Error(`not understood: ${line}`)
  const flags: Record<string, string> = {}
  let rest = tail
  for (let flag; (flag = /^--([a-z-]+)=(\S+)\s+/.exec(rest)) !== null; rest = rest.slice(flag[0].length)) {
    flags[flag[1] ?? ""] = flag[2] ?? ""
  }
  // `HEALTHCHECK … CMD […]`
  const command = keyword === "HEALTHCHECK" ? rest.replace(/^CMD\s+/, "") : rest
  if (!command.startsWith("[")) return { keyword, flags, args: words(command), exec: false }
  const args: ReadonlyArray<string> = JSON.parse(command)
  return { keyword, flags, args, exec: true }
}

/** The stages of a Dockerfile, first to last. */
export const parseDockerfile = (text: string): ReadonlyArray<Stage> => {
  const stages: Array<Stage & { readonly instructions: Array<Instruction> }> = []
  for (const line of logicalLines(text)) {
    const parsed = instruction(line)
    if (parsed.keyword === "FROM") {
      const [image = "", as, name] = parsed.args
      stages.push({ image, name: as === undefined ? undefined : name, instructions: [] })
    } else {
      const stage = stages.at(-1)
      if (stage === undefined) throw new Error(`before the first FROM: ${line}`)
      stage.instructions.push(parsed)
    }
  }
  return stages
}

/** The variables that `ENV`, `LABEL` or `ARG` instructions set. */
export const assignments = (stage: Stage, keyword: "ENV" | "LABEL" | "ARG"): Readonly<Record<string, string>> =>
  Object.fromEntries(
    stage.instructions
      .filter((one) => one.keyword === keyword)
      .flatMap(({ args }) => args)
      .map((text) => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)] as const)
  )

/** Every instruction of this kind in a stage. */
export const every = (stage: Stage, keyword: string): ReadonlyArray<Instruction> =>
  stage.instructions.filter((one) => one.keyword === keyword)
