/** A port for each server, so that connections of the one before, which the kernel still remembers, are in nobody's way. */
let next = 21_000 + (process.pid % 50) * 100

export const nextPort = (): number => next++
