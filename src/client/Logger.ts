/** Where a client says what its callers may want to know and nobody waits for; never what people wrote, nor tokens. */
export interface Logger {
  debug?(message: string, fields?: Readonly<Record<string, unknown>>): void
  warn?(message: string, fields?: Readonly<Record<string, unknown>>): void
}
