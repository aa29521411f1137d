/** Keeps every log line as text, to see what is said and what is not. */
import { Inspectable, Layer, Logger, References } from "effect"

export class Lines {
  readonly all: Array<string> = []

  /** Everything logged from the trace level up, with what belongs to it. */
  readonly layer = Layer.merge(
    Logger.layer([
      Logger.make(({ cause, logLevel, message }) => {
        this.all.push(`${logLevel} ${Inspectable.toStringUnknown(message)} ${Inspectable.toStringUnknown(cause)}`)
      })
    ]),
    Layer.succeed(References.MinimumLogLevel, "Trace")
  )

  /** Those with a text in them. */
  with(text: string): ReadonlyArray<string> {
    return this.all.filter((line) => line.includes(text))
  }
}
