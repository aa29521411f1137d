import { assert, it } from "@effect/vitest"
import { hallOf } from "../../../src/web/chat/Hall.ts"
import { stored } from "../../../src/web/Stored.ts"
import { site } from "../../client/Site.ts"

it("goes by what its user wants to be told of, from the first connection on and over further ones", async () => {
  stored.set("alerting:ann", '{"general":"none"}')
  const { client, clock, server } = site()
  const { alerting } = hallOf(client)
  void client.connect()
  await clock.advance(1000)
  assert.strictEqual(alerting.of("general", "public"), "none")
  alerting.choose("random", "public", "all")
  server.restart(1006)
  await clock.advance(60_000)
  assert.strictEqual(alerting.of("random", "public"), "all")
})
