/** Promises that somebody may or may not look at. */

/** The promise, whose rejection is none of the process's business where nobody looks at it. */
export const quiet = <A>(promise: Promise<A>): Promise<A> => {
  promise.catch(() => {})
  return promise
}

export const refused = (reason: unknown): Promise<never> => quiet(Promise.reject(reason))
