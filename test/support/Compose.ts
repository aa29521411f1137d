/** `docker-compose.yml` as Compose sees it, for an environment of the machine: the shell's variables over those of `.env`. */
import { readFileSync } from "node:fs"
import { parse } from "yaml"
import type { Env } from "./ServerProcess.ts"

interface Healthcheck {
  readonly test: ReadonlyArray<string>
  readonly interval: string
  readonly timeout: string
  readonly start_period: string
  readonly retries: number
}

interface Service {
  readonly build?: { readonly context: string; readonly dockerfile: string }
  readonly image: string
  readonly command?: ReadonlyArray<string>
  readonly user?: string
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly ports: ReadonlyArray<string>
  /** Without a value: that of the machine, if it has one. */
  readonly environment: Readonly<Record<string, string | null>>
  readonly volumes: ReadonlyArray<string>
  readonly healthcheck: Healthcheck
  readonly init?: boolean
  readonly stop_grace_period?: string
  readonly read_only?: boolean
  readonly cap_drop?: ReadonlyArray<string>
  readonly security_opt: ReadonlyArray<string>
}

interface Compose {
  readonly services: { readonly hubbub: Service; readonly dynamodb: Service }
  readonly volumes: Readonly<Record<string, unknown>>
}

export const readCompose = (file: string): Compose => parse(readFileSync(file, "utf8"))

/** `${NAME:-default}`, where an empty variable counts as missing. */
export const interpolate = (text: string, machine: Env): string =>
  text.replace(/\$\{([A-Z_]+):-([^}]*)\}/g, (_, name: string, fallback: string) => machine[name] || fallback)

/** The environment that the processes of a service get. */
export const environmentOf = ({ environment }: Service, machine: Env = {}): Env =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => {
      const given = value === null ? machine[name] : interpolate(value, machine)
      return given === undefined ? [] : [[name, given]]
    })
  )
