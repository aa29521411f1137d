/** Which close codes a client comes back after: the server's table, and those that only lines and proxies cause. */

/** The rest up to 1010 say that what was sent is not what is spoken there, or that the server said good-bye. */
const PASSING = [1001, 1005, 1006]

/** The token that was shown has ended. */
export const TOKEN_EXPIRED = 4002
export const UNAUTHORIZED = 4500

export const comesBack = (code: number): boolean => code < 4500 && (code > 1010 || PASSING.includes(code))
