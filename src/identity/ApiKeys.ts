/** Keys of programs that act as admins. They are compared by their digests, all of them each time, so that time tells nothing. */
import { createHash, timingSafeEqual } from "node:crypto"
import { Redacted, Result } from "effect"

export interface ApiKey {
  /** What the key is called, in answers and logs; the key itself is in neither. */
  readonly name: string
  readonly key: string
}

/** A key that may not be used, told by its name. */
export interface ApiKeyProblem {
  readonly variable: "API_KEYS"
  readonly value: string
  readonly allowed: string
}

/** Least characters of a key. */
export const API_KEY_MIN = 32

const NAME = /^[a-z0-9][a-z0-9_-]{0,31}$/
const VISIBLE = /^[\x21-\x7e]+$/

/** Reads `name:key` pairs separated by commas. Nothing for a text in which some entry has no name, so that none of it is ever shown. */
export const parseApiKeys = (text: string): ReadonlyArray<ApiKey> | undefined => {
  const keys: Array<ApiKey> = []
  for (const entry of text === "" ? [] : text.split(",")) {
    const [, name = "", key = ""] = /^\s*([^:]*):(.*?)\s*$/s.exec(entry) ?? []
    if (!NAME.test(name)) return undefined
    keys.push({ name, key })
  }
  return keys
}

const wrong = (name: string, rule: string): Result.Result<never, ApiKeyProblem> =>
  Result.fail({ variable: "API_KEYS", value: "…", allowed: `${rule} (the one named ${name} is wrong)` })

/** The keys, or what is wrong with the first that may not be used. */
export const checkApiKeys = (
  keys: Redacted.Redacted<ReadonlyArray<ApiKey>>
): Result.Result<Redacted.Redacted<ReadonlyArray<ApiKey>>, ApiKeyProblem> => {
  const names = new Set<string>()
  const seen = new Set<string>()
  for (const { key, name } of Redacted.value(keys)) {
    if (key.length < API_KEY_MIN || !VISIBLE.test(key)) {
      return wrong(name, `keys of ${API_KEY_MIN} or more printable characters without spaces and commas`)
    }
    if (names.has(name)) return wrong(name, "a name for each key alone")
    if (seen.has(key)) return wrong(name, "a key for each name alone")
    names.add(name)
    seen.add(key)
  }
  return Result.succeed(keys)
}

const digest = (text: string) => createHash("sha256").update(text).digest()

export class ApiKeys {
  private readonly keys: ReadonlyArray<{ readonly name: string; readonly digest: Buffer }>

  constructor(keys: Redacted.Redacted<ReadonlyArray<ApiKey>>) {
    this.keys = Redacted.value(keys).map(({ key, name }) => ({ name, digest: digest(key) }))
  }

  /** Whether there are any. */
  get on(): boolean {
    return this.keys.length > 0
  }

  /** The name of a key. Looks at every key, also after it was found. */
  nameOf(key: string): string | undefined {
    const shown = digest(key)
    let found: string | undefined
    for (const { digest, name } of this.keys) if (timingSafeEqual(digest, shown)) found = name
    return found
  }
}
