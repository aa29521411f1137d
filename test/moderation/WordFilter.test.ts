import { assert, describe, it } from "@effect/vitest"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { Effect, Layer } from "effect"
import { WordFilter, type WordFilterMode } from "../../src/moderation/WordFilter.ts"
import { temporaryDirectory } from "../support/ServerProcess.ts"

const screening = (words: string, mode: WordFilterMode = "word") =>
  WordFilter.use(({ screens }) => Effect.succeed((text: string) => screens(text)?.code === "rejected")).pipe(
    Effect.provide(Layer.fresh(WordFilter.layer({ words, mode })), { local: true })
  )

describe("the word filter", () => {
  it.effect("takes everything where there are no words", () =>
    Effect.gen(function* () {
      for (const none of ["", ",", " , "]) assert.isFalse((yield* screening(none))("anything, at all"))
    })
  )

  it.effect("refuses a message that has a word, and does not repeat it", () =>
    Effect.gen(function* () {
      const { screens } = yield* WordFilter
      assert.deepInclude(screens("you weasel!"), {
        code: "rejected",
        field: "content",
        message: "the message has a word that is not allowed here"
      })
      assert.isUndefined(screens("you badger!"))
    }).pipe(Effect.provide(WordFilter.layer({ words: "weasel, stoat", mode: "word" })))
  )

  it.effect("finds a word of its own, not within others", () =>
    Effect.gen(function* () {
      const refuses = yield* screening("ass,sex,cum,tit,cock,hell,日本")
      const innocent = [
        "Scunthorpe",
        "classic assassins pass",
        "Sussex, Essex and Middlesex",
        "cumin and document",
        "title, appetite",
        "cocktails for peacocks at Hancock's",
        "hello, shell, Michelle",
        "ass3 3ass assé éass aßs ass\u0915",
        "日本語"
      ]
      for (const text of innocent) assert.isFalse(refuses(text), text)
      const guilty = ["ass", "an ass.", "(ass)", "ass_", "ASS!", "x\nass\ty", "ass, ass", "-ass-", "👍ass👍", "日本、"]
      for (const text of guilty) assert.isTrue(refuses(text), text)
    })
  )

  it.effect("finds words within others where that is asked for", () =>
    Effect.gen(function* () {
      const refuses = yield* screening("cunt,weasel", "substring")
      assert.isTrue(refuses("Scunthorpe"))
      assert.isTrue(refuses("superweaselly"))
      assert.isFalse(refuses("weasle"))
    })
  )

  it.effect("sees through other spellings of a word", () =>
    Effect.gen(function* () {
      const refuses = yield* screening("weasel")
      const spellings = [
        "WeaSeL",
        "ｗｅａｓｅｌ",
        "𝔴𝔢𝔞𝔰𝔢𝔩",
        "wеаsеl",
        "wéãsêl",
        "w\u0301e\u0301a\u0301s\u0301e\u0301l\u0301",
        "we\u200bas\u200del",
        "we\u00adasel",
        "we\u2060a\ufe0fsel",
        "w\u05b0e\u064ea\u0e31s\u093fel",
        "weaſel",
        "wease|",
        "ⓦⓔⓐⓢⓔⓛ",
        "🅆🄴🄰🅂🄴🄻"
      ]
      for (const text of spellings) assert.isTrue(refuses(`a ${text} here`), text)
    })
  )

  it.effect("does not take figures for letters", () =>
    Effect.gen(function* () {
      assert.isFalse((yield* screening("weasel"))("w3a53l"))
    })
  )

  it.effect("sees through other spellings in its list, too", () =>
    Effect.gen(function* () {
      const refuses = yield* screening("WÉASEL , ｓｔｏａｔ")
      assert.isTrue(refuses("a weasel"))
      assert.isTrue(refuses("a stoat"))
    })
  )

  it.effect("knows words of several, whatever space is between them, and signs", () =>
    Effect.gen(function* () {
      const refuses = yield* screening("no good,🖕,c++")
      for (const text of ["no good", "no   good", "NO\n\tGOOD", "no\u00a0\u2003good", "well🖕ok", "c++!", "in c++"]) {
        assert.isTrue(refuses(text), text)
      }
      for (const text of ["nogood", "no goods", "piano good", "c+", "abc++"]) assert.isFalse(refuses(text), text)
    })
  )

  it.effect("keeps apart what marks of their own script tell apart", () =>
    Effect.gen(function* () {
      const refuses = yield* screening("कल")
      assert.isTrue(refuses("कल"))
      assert.isFalse(refuses("कला"))
      assert.isFalse(refuses("कुल"))
    })
  )

  it.effect("reads its list from a file, a word on each line or between commas", () =>
    Effect.gen(function* () {
      const file = join(temporaryDirectory(), "words.txt")
      writeFileSync(file, "weasel\r\nstoat, polecat\n\n  no good  \n")
      const refuses = yield* screening(`@${file}`)
      for (const text of ["weasel", "stoat", "polecat", "no good"]) assert.isTrue(refuses(text), text)
      assert.isFalse(refuses("badger"))
    })
  )

  it.effect("does not start with a file that is not there, and says which", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(screening("@/nowhere/words.txt"))
      assert.include(failure.message, "WORD_FILTER names /nowhere/words.txt, which cannot be read: ENOENT")
    })
  )
})
