/**
 * `npm run screenshots`: what the web app looks like, to be looked at. Starts a server on a made-up past, has some people talk, and takes
 * pictures of everything that is worth one into `screenshots/`. `npm run screenshots dashboard` takes only those with that word in their
 * name.
 */
import type { BrowserContextOptions, Locator, Page } from "playwright-core"
import { ServerProcess } from "../support/ServerProcess.ts"
import { launch } from "./Chromium.ts"
import { conversation } from "./conversation.ts"
import { madeUpPast } from "./madeUpPast.ts"
import { type Look, Studio } from "./Studio.ts"

const only = process.argv[2] ?? ""

const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
const DARK: BrowserContextOptions = { colorScheme: "dark" }

const composer = (page: Page): Locator => page.getByRole("textbox", { name: "Message #launch" })

const seesChat = async (page: Page) => {
  await composer(page).waitFor()
  await page.getByText("ready when you are!").waitFor()
}

const names = (...rest: ReadonlyArray<string>) => rest.map((name) => `chat-${name}`)

const chatShots = async (studio: Studio, url: string) => {
  const { jonas, leave } = await conversation(url)
  // somebody always writes
  const writes = () => jonas.room("launch").typing()

  await studio.at(
    "/r/launch",
    names("light", "hover", "switcher", "search", "menu", "settings", "completion"),
    {},
    async ({ page, take }) => {
      await seesChat(page)
      writes()
      await page.getByText("Jonas Weber is typing").waitFor()
      await take("chat-light")
      await page.getByRole("article").filter({ hasText: "The figures from last night" }).hover()
      await take("chat-hover")
      await page.keyboard.press("Control+k")
      await page.getByRole("combobox", { name: "Go to a room or person" }).fill("m")
      await page.getByRole("option").first().waitFor()
      await take("chat-switcher")
      await page.keyboard.press("Escape")
      await page.getByRole("button", { name: "Search messages" }).click()
      await page.getByRole("searchbox", { name: "Words to look for" }).fill("the")
      await page.getByRole("dialog").getByText("The figures from last night").waitFor()
      await take("chat-search")
      await page.getByRole("dialog").getByRole("button", { name: "Close" }).click()
      await page.getByRole("button", { name: "Settings and account" }).click()
      await take("chat-menu")
      await page.getByRole("menuitem", { name: "Settings…" }).click()
      await page.getByRole("dialog").waitFor()
      await take("chat-settings")
      await page.keyboard.press("Escape")
      await composer(page).focus()
      await page.keyboard.press("Escape")
      await page.keyboard.type("Well @be")
      await page.getByRole("option", { name: /Bea Okafor/ }).waitFor()
      await take("chat-completion")
    }
  )

  await studio.at("/r/launch", names("dark", "emoji-dark"), { options: DARK }, async ({ page, take }) => {
    await seesChat(page)
    await take("chat-dark")
    await page.getByRole("main").getByRole("button", { name: /emoji/i }).last().click()
    await page.getByRole("grid").first().waitFor()
    await take("chat-emoji-dark")
  })

  await studio.at("/r/launch", names("rtl"), { direction: "rtl" }, async ({ page, take }) => {
    await seesChat(page)
    await take("chat-rtl")
  })

  for (const [theme, options] of [
    ["light", PHONE],
    ["dark", { ...PHONE, ...DARK }]
  ] as const) {
    await studio.at(
      "/r/launch",
      names(`phone-${theme}`, `phone-rooms-${theme}`),
      { options },
      async ({ page, take }) => {
        await seesChat(page)
        await take(`chat-phone-${theme}`)
        await page.getByRole("button", { name: "Show rooms" }).click()
        await page.getByRole("link", { name: /^general/ }).waitFor()
        await take(`chat-phone-rooms-${theme}`)
        await page.keyboard.press("Escape")
        await page.getByRole("button", { name: "Members" }).click()
        await page.getByRole("dialog").getByText("Bea Okafor").waitFor()
        await take(`chat-phone-members-${theme}`)
      }
    )
  }
  await studio.at("/r/a-new-room", names("empty"), {}, async ({ page, take }) => {
    await page.getByText(/1 person here/).waitFor()
    await take("chat-empty")
  })
  leave()
}

const doorShots = async (studio: Studio) => {
  for (const [theme, options] of [
    ["light", {}],
    ["dark", DARK],
    ["phone", PHONE]
  ] as const) {
    await studio.at("/", [`sign-in-${theme}`], { options, stranger: true }, async ({ page, take }) => {
      await page.getByRole("textbox", { name: "Your name" }).waitFor()
      await take(`sign-in-${theme}`)
    })
  }
}

const WEEK = "/dashboard?range=7d&tz=Europe/Berlin"

const seesFigures = (page: Page) => page.getByRole("group", { name: "Messages" }).locator("data").waitFor()

const dashboardShots = async (studio: Studio, url: string) => {
  // so that there is something live
  const { leave } = await conversation(url)
  const kinds: ReadonlyArray<readonly [string, Look]> = [
    ["light", {}],
    ["dark", { options: DARK }],
    ["rtl", { direction: "rtl" }],
    ["phone", { options: PHONE }]
  ]
  for (const [name, look] of kinds) {
    await studio.at(WEEK, [`dashboard-${name}`], look, async ({ page, take }) => {
      await seesFigures(page)
      await page.getByRole("region", { name: "Live" }).getByText("This minute").waitFor()
      await take(`dashboard-${name}`)
      await take(`dashboard-${name}-whole`, { fullPage: true })
    })
  }

  await studio.at(`${WEEK}&compare=previous`, ["dashboard-compare"], { options: DARK }, async ({ page, take }) => {
    await seesFigures(page)
    await take("dashboard-compare")
  })

  const tables = "&tables=messages,heatmap,retention,rooms"
  await studio.at(WEEK + tables, ["dashboard-tables"], {}, async ({ page, take }) => {
    await page.getByRole("region", { name: "Messages, as a table" }).waitFor()
    await take("dashboard-tables", { fullPage: true })
  })

  await studio.at(WEEK, ["dashboard-help"], {}, async ({ page, take }) => {
    await seesFigures(page)
    await page.getByRole("button", { name: "Custom" }).click()
    await page.getByRole("group", { name: "Engaged users" }).getByRole("button", { name: /means/ }).click()
    await take("dashboard-help")
  })

  await studio.at(WEEK.replace("?", "/rooms/global?"), ["dashboard-room"], {}, async ({ page, take }) => {
    await page.getByText("Share of all messages").waitFor()
    await take("dashboard-room", { fullPage: true })
  })

  await studio.at("/", ["dashboard-error"], {}, async ({ page, take }) => {
    const problem = { status: 503, title: "Service Unavailable", code: "unavailable", detail: "try again later" }
    await page.route(/analytics\/(heatmap|summary)/, (route) =>
      route.fulfill({
        status: 503,
        headers: { "content-type": "application/problem+json", "retry-after": "30" },
        body: JSON.stringify(problem)
      })
    )
    await page.route(/analytics\/(timeseries|patterns)/, (route) => route.abort())
    await page.goto(WEEK)
    await page.getByText("Figures are not available now").first().waitFor()
    await take("dashboard-error")
  })
  leave()
}

const emptyShots = async (studio: Studio) => {
  await studio.at(WEEK, ["dashboard-empty"], {}, async ({ page, take }) => {
    await page.getByText("No messages in this period").first().waitFor()
    await take("dashboard-empty", { fullPage: true })
  })
  await studio.at("/", ["unreachable"], { stranger: true }, async ({ page, take }) => {
    await page.route(/api\/config/, (route) => route.abort())
    await page.goto("/")
    await page.getByRole("button", { name: "Try now" }).waitFor()
    await take("unreachable")
  })
}

const closedShots = async (studio: Studio) => {
  await studio.at("/", ["sign-in-token"], { stranger: true }, async ({ page, take }) => {
    await page.getByRole("button").first().waitFor()
    await take("sign-in-token")
  })
}

/** On a server of its own. */
const on = async (env: Readonly<Record<string, string>>, shoot: (server: ServerProcess) => Promise<void>) => {
  const server = await ServerProcess.start(env)
  try {
    await shoot(server)
  } finally {
    await server.stop()
  }
}

const wanted = (...words: ReadonlyArray<string>) => words.some((word) => word.includes(only) || only.includes(word))

const browser = await launch()
try {
  if (wanted("sign-in", "chat")) {
    await on({ RATE_LIMIT_PER_SEC: "0" }, async ({ url }) => {
      const studio = new Studio(browser, url, only)
      await doorShots(studio)
      if (wanted("chat")) await chatShots(studio, url)
    })
  }
  if (wanted("dashboard")) {
    await on({ DATA_DIR: await madeUpPast(60, 14), RATE_LIMIT_PER_SEC: "0" }, ({ url }) =>
      dashboardShots(new Studio(browser, url, only), url)
    )
  }
  if (wanted("dashboard-empty", "unreachable")) {
    await on({}, ({ url }) => emptyShots(new Studio(browser, url, only)))
  }
  if (wanted("sign-in-token")) {
    const env = { AUTH_SECRET: "a secret of at least thirty-two bytes" }
    await on(env, ({ url }) => closedShots(new Studio(browser, url, only)))
  }
} finally {
  await browser.close()
}
