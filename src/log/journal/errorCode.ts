/** The name of the system error behind a failed call, such as `ENOSPC`; "" where there is none. */
export const errorCode = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : ""

const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"])

/** Whether a call failed for want of space, so that it may succeed once there is some. */
export const isFull = (error: unknown): boolean => FULL.has(errorCode(error))
