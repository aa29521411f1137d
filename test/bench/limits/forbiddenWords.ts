/** Made-up words for a word filter, none of which is in what is said here. The same ones each time. */
const onsets = ["br", "d", "fl", "g", "k", "m", "pr", "st", "v", "z"]
const vowels = ["a", "e", "i", "o", "u"]

const syllable = (number: number): string =>
  `${onsets[number % onsets.length]}${vowels[Math.floor(number / onsets.length) % vowels.length]}`

export const forbiddenWords = (count: number): ReadonlyArray<string> =>
  Array.from(
    { length: count },
    (_, index) => `${syllable(index)}${syllable(Math.floor(index / 50) + 7)}${syllable(index * 7 + 3)}x`
  )
