/** People who talk, for pictures of it. */
import { createClient } from "../../src/client/index.ts"
import { lettersOf } from "../../src/client/Letters.ts"

/** Whose screen it is. */
export const ME = { userId: "ada-k2f9x", username: "Ada Lindqvist" }
const OTHERS = {
  bea: { userId: "bea-7hq3m", username: "Bea Okafor" },
  jonas: { userId: "jonas-w4r8c", username: "Jonas Weber" },
  mei: { userId: "mei-p9d2t", username: "Mei Tanaka" },
  samir: { userId: "samir-z5k1v", username: "Samir Haddad" }
}

/** A room in which something of each kind was said, and a list of rooms with something unread in it. */
export const conversation = async (url: string) => {
  const join = async (who: { readonly userId: string; readonly username: string }, rooms: ReadonlyArray<string>) => {
    const client = createClient({ url, ...who })
    void client.connect()
    for (const room of rooms) await client.room(room).join()
    return client
  }
  const me = await join(ME, ["launch", "general", "music", "coffee"])
  for (const room of ["launch", "general", "music", "coffee"]) await me.room(room).read()
  const bea = await join(OTHERS.bea, ["launch", "general", "music"])
  const jonas = await join(OTHERS.jonas, ["launch"])
  const mei = await join(OTHERS.mei, ["launch", "coffee"])
  const samir = await join(OTHERS.samir, ["launch"])

  const say = async (client: typeof me, content: string, options = {}) => {
    const { messageId } = await client.room("launch").send(content, options)
    return messageId
  }
  await say(jonas, "Morning all! The release notes are in the wiki: https://wiki.example.org/launch")
  await say(jonas, "Can somebody read them before noon?")
  const reading = await say(me, "On it. Anything I should look at first?")
  await say(jonas, "The upgrade steps. I tried them twice, but on **my** machine everything always works 😅", {
    replyTo: reading
  })
  const steps = await say(
    bea,
    "They worked for me too. One thing I would add, for those who build from source:\n```sh\nnpm ci\nnpm test\n```"
  )
  await say(mei, "Good idea. And a line on *how long it takes*:\n- about a minute for the build\n- no downtime")
  const ready = await say(samir, "The figures from last night look good. `p95` stayed under 4 ms the whole time.")
  await say(bea, `@${ME.username} could you check the part on tokens? You know it best.`, {
    mentions: [ME.userId]
  })
  const done = await say(me, "Read it all, two small remarks on the page. Otherwise: ready when you are!")
  for (const client of [me, mei, samir]) await client.room("launch").react(steps, "👍")
  for (const client of [bea, jonas]) await client.room("launch").react(ready, "📈")
  for (const client of [jonas, mei, bea]) await client.room("launch").react(done, "🎉")
  await jonas.room("launch").react(done, "🚀")
  await me.room("launch").read()

  await bea.room("general").send("Lunch at the usual place?")
  await bea.room("general").send(`@${ME.username} you too?`, { mentions: [ME.userId] })
  await mei.room("coffee").send("The new beans are here ☕")
  await mei.direct(ME.userId, "Do you have a minute for the slides?")
  await samir.direct(ME.userId, "Thanks for the review!")
  await lettersOf(samir).group({ title: "Launch crew", invite: [ME.userId] })
  await me.close()
  return {
    jonas,
    leave: () => {
      for (const client of [bea, jonas, mei, samir]) void client.close()
    }
  }
}
