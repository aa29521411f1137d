export const pause = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis))
