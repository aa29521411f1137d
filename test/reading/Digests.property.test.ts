import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { Content } from "../../src/domain/Content.ts"
import { UNREAD_MAX } from "../../src/domain/unread.ts"
import { UserId } from "../../src/domain/UserId.ts"
import { Digests, REACH } from "../../src/reading/Digests.ts"
import { Dice } from "../support/Dice.ts"
import { lobby, Site } from "./Site.ts"

const users = ["ann", "bob", "cid"].map((name) => UserId.make(name))

it.effect.each([1, 2, 3, 4, 5, 6])("digests say what a look at every message says (seed %i)", (seed) =>
  Effect.gen(function* () {
    const dice = new Dice(seed)
    const site = yield* Site.make
    const digests = new Digests()
    const stream = site.log.stream(lobby)
    for (let step = 0; step < 400; step++) {
      const chance = dice.roll()
      if (chance < 0.5 || stream.head === 0) {
        const texts = Array.from({ length: dice.roll() < 0.03 ? 500 : dice.below(20) }, (_, i) => `${step} ${i}`)
        yield* site.say(dice.pick(users), texts, {
          type: dice.roll() < 0.1 ? "system" : "chat",
          ...(dice.roll() < 0.4 ? { mentions: [dice.pick(users)] } : {})
        })
        stream.served = stream.head
      } else if (chance < 0.75) {
        const seq = Math.max(stream.oldest, stream.head - dice.below(REACH + 50))
        const { messageId, userId } = stream.message(seq)
        const target = { roomId: lobby, epoch: stream.epoch, seq, userId, messageId, at: 0, json: stream.text(seq) }
        const change =
          dice.roll() < 0.5
            ? ({ kind: "deleted" } as const)
            : ({ kind: "edited", content: Content.make(`new ${step}`), mentions: [dice.pick(users)] } as const)
        yield* site.log.amend([{ target, change, by: userId }])
      }
      if (dice.roll() < 0.4) continue
      const reader = dice.pick(users)
      const after = Math.max(0, stream.head - dice.below(2 * REACH))
      const messages = Array.from({ length: Math.min(REACH, stream.head - after) }, (_, i) =>
        stream.message(stream.head - i)
      ).filter(({ deleted, type, userId }) => type === "chat" && deleted !== true && userId !== reader)
      const named = messages.filter(({ mentions }) => mentions?.includes(reader) === true)
      assert.deepStrictEqual(digests.count(stream, after, reader), {
        unread: Math.min(UNREAD_MAX, messages.length),
        mentions: Math.min(UNREAD_MAX, named.length)
      })
    }
  })
)
