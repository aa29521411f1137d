/** `OTEL_EXPORTER_OTLP_HEADERS`: `name=value` pairs separated by commas, values percent-encoded, as the OpenTelemetry specification has it. */

/** A header's name (RFC 9110 section 5.6.2). */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

const decoded = (text: string): string | undefined => {
  try {
    const value = decodeURIComponent(text)
    // what a header may not hold
    return /^[\t\x20-\x7e\x80-\xff]*$/.test(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The headers by name, or nothing where the text is no list of pairs. */
export const otlpHeaders = (text: string): Readonly<Record<string, string>> | undefined => {
  const headers: Record<string, string> = {}
  if (text === "") return headers
  for (const pair of text.split(",")) {
    const at = pair.indexOf("=")
    const name = pair.slice(0, Math.max(0, at)).trim()
    const value = decoded(pair.slice(at + 1).trim())
    if (!NAME.test(name) || value === undefined) return undefined
    headers[name.toLowerCase()] = value
  }
  return headers
}
