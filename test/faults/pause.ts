/** Lets time pass where it is part of what is done: the pace of a sender, the wait before another try. Never a wait for an answer. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
