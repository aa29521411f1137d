/** How long something still takes, as a clock shows it and as it is said. */

const parts = (ms: number) => {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  return { hours: Math.floor(seconds / 3600), minutes: Math.floor((seconds % 3600) / 60), seconds: seconds % 60 }
}

const padded = (value: number) => String(value).padStart(2, "0")

/** As in `12 s`, `1:05` or `2:00:09`. */
export const remaining = (ms: number): string => {
  const { hours, minutes, seconds } = parts(ms)
  if (hours > 0) return `${hours}:${padded(minutes)}:${padded(seconds)}`
  return minutes > 0 ? `${minutes}:${padded(seconds)}` : `${seconds} s`
}

const counted = (value: number, noun: string) => (value === 0 ? [] : [`${value} ${noun}${value === 1 ? "" : "s"}`])

/** As in `1 minute 5 seconds`; seconds are left out from an hour on. */
export const remainingWords = (ms: number): string => {
  const { hours, minutes, seconds } = parts(ms)
  const words = [
    ...counted(hours, "hour"),
    ...counted(minutes, "minute"),
    ...(hours > 0 ? [] : counted(seconds, "second"))
  ]
  return words.length === 0 ? "0 seconds" : words.join(" ")
}
