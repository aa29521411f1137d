/** Where a client says what its callers may want to know and nobody waits for; never what people wrote, nor tokens. */
export interface Logger {
  debug?(message: string, fields?: Readonly<Record<string, unknown>>): void
  warn?(message: string, fields?: Readonly<Record<string, unknown>>): void
}

/** Calls listeners one after the other; one that throws is logged and stops no other. */
export const tell = <A>(listeners: Iterable<(value: A) => void>, value: A, logger: Logger): void => {
  for (const listener of listeners) {
    try {
      listener(value)
    } catch (error) {
      logger.warn?.("a listener threw", { error })
    }
  }
}
