/** What is wrong with a token at first sight, in words; the server looks at it closely. */

const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/

const expiryOf = (token: string): number | undefined => {
  try {
    const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/")
    const claims: unknown = JSON.parse(atob(payload))
    if (typeof claims !== "object" || claims === null || !("exp" in claims)) return undefined
    return typeof claims.exp === "number" ? claims.exp * 1000 : undefined
  } catch {
    return undefined
  }
}

/** Nothing where it may be one that is good. */
export const tokenProblem = (typed: string): string | undefined => {
  const token = typed.trim()
  if (token === "") return "Paste a token first."
  if (!JWT.test(token)) return "This is no token. One has three parts with dots between them."
  const expiry = expiryOf(token)
  return expiry !== undefined && expiry <= Date.now() ? "This token has expired. Get a new one." : undefined
}
