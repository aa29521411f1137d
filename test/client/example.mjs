/* oxlint-disable no-console */
import { createClient } from "../../src/client/index.ts"

const client = createClient({ url: process.argv[2] ?? "ws://localhost:8080", userId: "carol", username: "Carol" })
client.on("message", ({ username, content }) => console.log(`${username}: ${content}`))
await client.connect()
const room = client.room("global")
await room.join()
room.typing()
const { seq } = await room.send("Hello!")
console.log(`"${room.getSnapshot().messages[0]?.content}" is kept at ${seq}`)
await client.close()
