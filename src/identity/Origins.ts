/** Which web pages may talk to this server. One list decides for HTTP (CORS) and for upgrades, which CORS does not cover. */

/** `*` for any page, or exact origins beside the server's own. */
export type AllowedOrigins = "*" | ReadonlyArray<string>

/** What a host may be made of. `URL` takes much more, a `*` among it, which no page's origin would ever equal. */
const HOST = /^(\[[0-9a-f:]+\]|[a-z0-9._-]+)$/

/** One entry of the list as a browser would send it, or why it is none. */
export const parseOrigin = (entry: string): { readonly origin: string } | { readonly problem: string } => {
  let url: URL
  try {
    url = new URL(entry)
  } catch {
    return { problem: `${entry} is not an origin such as https://chat.example` }
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") return { problem: `${entry} is not http or https` }
  if (url.origin !== entry) return { problem: `${entry} must be written as ${url.origin}` }
  if (!HOST.test(url.hostname)) return { problem: `${entry} does not name one host` }
  return { origin: url.origin }
}

/**
 * Whether a request with these headers may be served. No origin means no browser, so there is no page to protect from. `scheme` is that of
 * the server's own pages, where it is known.
 */
export const originAllowed = (
  allowed: AllowedOrigins,
  origin: string | undefined,
  host: string | undefined,
  scheme?: "http" | "https"
): boolean => {
  if (origin === undefined || allowed === "*" || allowed.includes(origin)) return true
  if (host === undefined) return false
  return (scheme === undefined ? ["http", "https"] : [scheme]).some((one) => origin === `${one}://${host}`)
}
