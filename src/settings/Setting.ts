/** Kinds of environment variables, each with its grammar. */
import { Redacted } from "effect"

/** One environment variable. `read` gives nothing for a text that is not allowed. */
export interface Setting<A> {
  readonly variable: string
  readonly fallback: string
  readonly allowed: string
  readonly doc: string
  /** Not to be shown, not even when it is wrong. */
  readonly secret?: true
  readonly read: (text: string) => A | undefined
}

export const whole = (variable: string, fallback: number, min: number, max: number, doc: string): Setting<number> => ({
  variable,
  fallback: String(fallback),
  allowed: `a whole number from ${min} to ${max}`,
  doc,
  read: (text) => {
    const value = Number(text)
    return /^\d+$/.test(text) && value >= min && value <= max ? value : undefined
  }
})

export const decimal = (
  variable: string,
  fallback: number,
  min: number,
  max: number,
  doc: string
): Setting<number> => ({
  variable,
  fallback: String(fallback),
  allowed: `a number from ${min} to ${max}`,
  doc,
  read: (text) => {
    const value = Number(text)
    return /^\d+(\.\d+)?$/.test(text) && value >= min && value <= max ? value : undefined
  }
})

export const choice = <const A extends string>(
  variable: string,
  fallback: A,
  allowed: ReadonlyArray<A>,
  doc: string
): Setting<A> => ({
  variable,
  fallback,
  allowed: `one of ${allowed.join(", ")}`,
  doc,
  read: (text) => allowed.find((one) => one === text.toLowerCase())
})

export const flag = (variable: string, fallback: boolean, doc: string): Setting<boolean> => ({
  variable,
  fallback: String(fallback),
  allowed: "true or false",
  doc,
  read: (text) => (text === "true" ? true : text === "false" ? false : undefined)
})

export const text = (
  variable: string,
  fallback: string,
  grammar: RegExp,
  allowed: string,
  doc: string
): Setting<string> => ({
  variable,
  fallback,
  allowed,
  doc,
  read: (given) => (grammar.test(given) ? given : undefined)
})

export const secret = (
  variable: string,
  allowed: string,
  grammar: RegExp,
  doc: string
): Setting<Redacted.Redacted> => ({
  variable,
  fallback: "",
  allowed,
  doc,
  secret: true,
  read: (given) => (grammar.test(given) ? Redacted.make(given) : undefined)
})
