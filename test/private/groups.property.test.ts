/** Groups against a model: what is done at once must come out as if it had been done in some order, one after the other. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import type { ProtocolError } from "../../src/domain/ProtocolError.ts"
import type { Group, PrivateRooms } from "../../src/private/PrivateRooms.ts"
import { conversationsOf, house, Records, user } from "./House.ts"

const names = ["ann", "bob", "cid", "dan", "eve"] as const
const Name = Schema.Literals(names)
const MEMBERS_MAX = 4

const Step = Schema.Union([
  Schema.Struct({ kind: Schema.Literals(["invite", "remove", "block", "unblock"]), by: Name, who: Name }),
  Schema.Struct({ kind: Schema.Literal("quit"), by: Name })
])
type Step = typeof Step.Type

const Story = Schema.Array(Schema.Array(Step).check(Schema.isMaxLength(4))).check(Schema.isMaxLength(12))

/** A group as plainly as can be; no members once it has ended. */
interface Model {
  readonly owner: string
  readonly members: ReadonlyArray<string>
  /** `by who`. */
  readonly blocks: ReadonlySet<string>
}

const whoOf = (step: Step) => (step.kind === "quit" ? step.by : step.who)

/** What a step makes of a group, and how it is answered. */
const play = (model: Model, step: Step): readonly [Model, string] => {
  const { blocks, members, owner } = model
  const { by, kind } = step
  const who = whoOf(step)
  if (kind === "block" || kind === "unblock") {
    if (kind === "block" && by === who) return [model, "forbidden"]
    const next = new Set(blocks)
    if (kind === "block") next.add(`${by} ${who}`)
    else next.delete(`${by} ${who}`)
    return [{ ...model, blocks: next }, "done"]
  }
  const answer = (next: Model): readonly [Model, string] => [next, `${next.owner}: ${next.members.join(" ")}`]
  if (!members.includes(by)) return [model, "forbidden_room"]
  if (kind === "invite") {
    if (members.includes(who)) return answer(model)
    if (blocks.has(`${who} ${by}`) || members.length >= MEMBERS_MAX) return [model, "forbidden"]
    return answer({ ...model, members: [...members, who] })
  }
  if (by !== who && by !== owner) return [model, "forbidden"]
  const left = members.filter((member) => member !== who)
  if (left.length === 0) return [{ ...model, members: [] }, "ended"]
  return answer({ ...model, members: left, owner: who === owner ? left[0]! : owner })
}

const answerOf = (group: Group | undefined) =>
  group === undefined ? "ended" : `${group.owner}: ${group.members.join(" ")}`

const act = (rooms: PrivateRooms, { roomId }: Group, step: Step): Effect.Effect<string> => {
  const [by, who] = [user(step.by), user(whoOf(step))]
  const acted = (): Effect.Effect<string, ProtocolError> => {
    switch (step.kind) {
      case "invite":
        return Effect.map(rooms.invite(by, roomId, who), answerOf)
      case "remove":
      case "quit":
        return Effect.map(rooms.remove(by, roomId, who), answerOf)
      case "block":
        return Effect.as(rooms.block(by, who), "done")
      default:
        return Effect.as(rooms.unblock(by, who), "done")
    }
  }
  return Effect.match(acted(), { onFailure: ({ code }) => code, onSuccess: (answer) => answer })
}

function* orders<A>(items: ReadonlyArray<A>): Generator<ReadonlyArray<A>> {
  if (items.length === 0) yield []
  for (const [index, item] of items.entries()) {
    for (const rest of orders(items.filter((_, other) => other !== index))) yield [item, ...rest]
  }
}

/** Every group that could have come of steps with these answers. */
const explanations = (model: Model, done: ReadonlyArray<readonly [Step, string]>): ReadonlyArray<Model> => {
  const found = new Map<string, Model>()
  for (const order of orders(done)) {
    let next: Model | undefined = model
    for (const [step, answered] of order) {
      const [after, answer]: readonly [Model, string] = play(next, step)
      next = answer === answered ? after : undefined
      if (next === undefined) break
    }
    if (next !== undefined) found.set(JSON.stringify([next.owner, next.members, [...next.blocks].sort()]), next)
  }
  return [...found.values()]
}

/** Whom a server lets in, and who has the group in their list. */
const seen = Effect.fnUntraced(function* (rooms: PrivateRooms, { roomId }: Group) {
  const admitted = yield* Effect.filter(names, (name) => rooms.admits(user(name), roomId))
  const listed = yield* Effect.filter(names, (name) =>
    Effect.map(conversationsOf(rooms, user(name)), (all) => all.some((one) => one.roomId === roomId))
  )
  const writing = yield* Effect.filter(names, (name) =>
    Effect.match(rooms.permits(user(name), roomId), { onFailure: () => false, onSuccess: () => true })
  )
  return { admitted, listed, writing }
})

const tell = (story: typeof Story.Type, servers: number) => Effect.scoped(told(story, servers))

const told = Effect.fnUntraced(function* (story: typeof Story.Type, servers: number) {
  const records = yield* Records.make
  const houses = yield* Effect.forEach(Array.from({ length: servers }), () =>
    house(records, { membersMax: MEMBERS_MAX })
  )
  const group = yield* houses[0]!.group(user("ann"), undefined, [user("bob")])
  let models: ReadonlyArray<Model> = [{ owner: "ann", members: ["ann", "bob"], blocks: new Set() }]
  for (const steps of story) {
    const answers = yield* Effect.forEach(
      steps.map((step, index) => ({ step, rooms: houses[index % servers]! })),
      ({ rooms, step }) => Effect.map(act(rooms, group, step), (answer) => [step, answer] as const),
      { concurrency: "unbounded" }
    )
    models = models.flatMap((model) => explanations(model, answers))
    assert.isNotEmpty(models, `no order explains ${JSON.stringify(answers)}`)
    const fresh = yield* house(records)
    // what one server changed is known to the others once they look, which they do for those they do not know to be in
    for (const rooms of servers === 1 ? [houses[0]!, fresh] : [fresh]) {
      const { admitted, listed, writing } = yield* seen(rooms, group)
      models = models.filter(({ members }) => names.every((name) => members.includes(name) === admitted.includes(name)))
      assert.isNotEmpty(models, `nothing explains that ${admitted.join(" ")} are in`)
      assert.deepEqual(listed, admitted)
      assert.deepEqual(writing, admitted)
    }
  }
})

describe("groups", () => {
  it.effect.prop(
    "come out as if everything had been done one after the other",
    { story: Story },
    ({ story }) => tell(story, 1),
    { arbitrary: { runs: 100 } }
  )

  it.effect.prop("do so on servers that share a store, too", { story: Story }, ({ story }) => tell(story, 3), {
    arbitrary: { runs: 100 }
  })
})
