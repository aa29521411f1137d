/** A secret that a server makes for itself and keeps beside its data. */
import { randomBytes } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import { Data, Effect, Redacted } from "effect"

const KEY_BYTES = 32

/** The key cannot be read or made. One line for an operator. */
export class KeyUnusable extends Data.TaggedError("KeyUnusable")<{ readonly file: string; readonly why: string }> {
  override get message() {
    return `${this.file} cannot be used: ${this.why}; delete it to have a new one made, which ends what it has signed`
  }
}

/** 32 random bytes from `file`, made with the first use. The directory must be this process's own. */
export const keyFile = (file: string): Effect.Effect<Redacted.Redacted<Buffer>, KeyUnusable> =>
  Effect.try({
    try: () => {
      let key: Buffer
      try {
        key = readFileSync(file)
      } catch (failure) {
        if (!(failure instanceof Error && "code" in failure && failure.code === "ENOENT")) throw failure
        key = randomBytes(KEY_BYTES)
        writeFileSync(file, key, { flag: "wx", mode: 0o600 })
      }
      if (key.length !== KEY_BYTES) throw new Error(`it has ${key.length} bytes where ${KEY_BYTES} are needed`)
      return Redacted.make(key)
    },
    catch: (failure) => new KeyUnusable({ file, why: failure instanceof Error ? failure.message : String(failure) })
  })
