/** Which close codes a client comes back after: the server's table, and those that only lines and proxies cause. */

/** What was sent is not what is spoken there, or the server said good-bye. */
const FINAL = [1000, 1002, 1003, 1007, 1008, 1009, 1010]

/** The token that was shown has ended. */
export const TOKEN_EXPIRED = 4002
export const UNAUTHORIZED = 4500

export const comesBack = (code: number): boolean => code < 4500 && !FINAL.includes(code)
