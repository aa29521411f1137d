/** Somebody of a made-up history: where they live, what they do, and over which days they come at all. */
import { anonymous as anonymousId } from "../domain/UserId.ts"
import { Dice } from "./Dice.ts"
import type { HomeZone } from "./HomeZone.ts"
import type { Language } from "./sentence.ts"

/** Lurkers read (marking what they have read), or also type without ever sending, or do nothing that anyone could see. */
type Habit = "talks" | "reads" | "types" | "watches"

/** Days from the start of the history, with fractions. */
interface Spell {
  readonly from: number
  readonly until: number
}

export interface Person {
  readonly userId: string
  readonly username: string
  readonly bot: boolean
  readonly habit: Habit
  readonly zone: HomeZone
  readonly languages: ReadonlyArray<Language>
  /** Share of the days of a spell on which they come. */
  readonly frequency: number
  /** Visits on such a day, on average. */
  readonly visits: number
  /** Times they speak up by themselves in the first hour of a visit, on average; for a bot, posts a day. */
  readonly talk: number
  /** Indices of their rooms, the dearest first. */
  readonly rooms: ReadonlyArray<number>
  readonly spells: ReadonlyArray<Spell>
}

const LURKERS = 0.4

const homes: ReadonlyArray<{ zone: HomeZone; share: number; languages: ReadonlyArray<Language> }> = [
  { zone: "Europe/Berlin", share: 50, languages: ["german", "english", "russian"] },
  { zone: "America/New_York", share: 17, languages: ["english"] },
  { zone: "UTC", share: 14, languages: ["english", "greek", "arabic", "japanese"] },
  { zone: "Asia/Kolkata", share: 9, languages: ["english", "hindi"] },
  { zone: "America/St_Johns", share: 5, languages: ["english"] },
  { zone: "Pacific/Apia", share: 5, languages: ["english", "japanese"] }
]
const homeShares = homes.map(({ share }) => share)

const names =
  "Ada Åsa Bilal Bruno Chioma Dana Elif Emeka Fatou Finn Grete Hana Ines Ivo Jarla Jonas Kalea Karim Lena Lotte Malik Maren Mira Nils Noor Olga Otto Paula Pepe Quinn Ravi Rosa Sami Sefa Tala Theo Uma Vera Wim Yara Zoé Zora नेहा अर्जुन 李雷 陈静 さくら ليلى Ελένη Дарья"
    .split(" ")
    .map((name) => name.normalize("NFC"))

/** Nearly everyone is in `global`, the first; the others are the less visited the further back they stand. */
const roomsOf = (dice: Dice, rooms: number): ReadonlyArray<number> => {
  const chosen = new Set<number>()
  const wanted = 1 + dice.below(Math.min(4, rooms))
  for (let tries = 0; chosen.size < wanted && tries < 24; tries++) {
    const roll = dice.roll()
    chosen.add(Math.floor(roll * roll * rooms))
  }
  if (dice.chance(0.85)) chosen.add(0)
  return [...chosen]
}

/** Joins before the history starts or in the course of it; may go for good, or come back after one to four weeks. */
const spellsOf = (dice: Dice, days: number): ReadonlyArray<Spell> => {
  const spells: Array<Spell> = []
  let from = dice.chance(0.5) ? -1 : dice.roll() * days * 0.97
  while (from < days && spells.length < 4) {
    const until = dice.chance(0.45) ? from + dice.logNormal(13, 0.8) : Number.POSITIVE_INFINITY
    spells.push({ from, until })
    if (dice.chance(0.5)) break
    from = until + dice.between(7, 30)
  }
  return spells
}

/** The part of `index` steps of the golden ratio that is left over a whole number: even over 0 to 1 for any run of indices. */
const spread = (index: number, shift: number): number => (index * 0.6180339887498949 + shift) % 1

/** The `index`th of a crowd. The same for the same seed, however many others there are; who lurks is spread evenly over the crowd. */
export const person = (seed: number, index: number, rooms: number, days: number): Person => {
  const dice = new Dice(seed, 1, index)
  const home = homes[dice.weighted(homeShares)]!
  const name = dice.pick(names)
  const crowd = new Dice(seed, 2)
  const lurks = spread(index, crowd.roll()) < LURKERS
  // another step than that of `spread`, so that lurking and talkativeness have nothing to do with each other
  const rank = 1 - ((index * 0.7548776662466927 + crowd.roll()) % 1)
  const keen = dice.roll()
  return {
    userId: `user-${index + 1}`,
    username: `${name} ${index + 1}`,
    bot: false,
    habit: lurks ? dice.pick(["reads", "reads", "types", "watches"] as const) : "talks",
    zone: home.zone,
    languages: home.languages,
    frequency: 0.3 + 0.68 * keen,
    visits: 1.3 + 4 * keen * dice.roll(),
    talk: 6.5 * Math.min(15, 1 / rank),
    rooms: roomsOf(dice, rooms),
    spells: spellsOf(dice, days)
  }
}

/** All those who give no id, as one: many short visits of people who know nothing of each other. */
export const anonymous = (users: number): Person => ({
  userId: anonymousId,
  username: "Anonymous",
  bot: false,
  habit: "talks",
  zone: "Europe/Berlin",
  languages: ["english", "german"],
  frequency: 1,
  visits: 1 + users / 12,
  talk: 3,
  rooms: [0],
  spells: [{ from: -1, until: Number.POSITIVE_INFINITY }]
})

/** The two programs that post, the more the more people there are. */
export const bots = (users: number, rooms: number): ReadonlyArray<Person> =>
  ["news", "build"].map((name, index) => ({
    userId: `bot-${name}`,
    username: `${name} bot`,
    bot: true,
    habit: "talks",
    zone: "UTC",
    languages: ["english"],
    frequency: 1,
    visits: 0,
    talk: Math.min(40, 2 + users / 20),
    rooms: [index % rooms],
    spells: [{ from: -1, until: Number.POSITIVE_INFINITY }]
  }))
