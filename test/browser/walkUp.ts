/** Goes up through a room's list to its very beginning, as the page's own code: it is sent to a browser as text, and uses nothing from around it. */

export interface Walk {
  /** What was seen of each message, from the first one on: where it is kept, and what it says. */
  readonly seen: ReadonlyArray<readonly [at: string, text: string]>
  /** Pixels by which what was in view was drawn elsewhere than where the movement left it, at most; and at which message. */
  readonly shift: number
  readonly shifted: string
  /** Times that rows were drawn in another order than they are kept in, or one of them twice. */
  readonly disorder: number
  /** What the messages say that were seen right below the line above what is new. */
  readonly belowLine: ReadonlyArray<string>
  /** What the list says above the first message. */
  readonly top: string
}

/** `step`: pixels of one movement, less than is in view. */
export const walkUp = async (step: number): Promise<Walk> => {
  const scroller = document.querySelector<HTMLElement>("[data-scroller]")
  const list = scroller?.querySelector("ol")
  if (!scroller || !list) throw new Error("there is no list")

  /** Once the next frame was drawn. */
  const drawn = () =>
    new Promise<void>((next) =>
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel()
        port1.addEventListener("message", () => next())
        port1.start()
        port2.postMessage(undefined)
      })
    )

  const seen = new Map<string, string>()
  const belowLine = new Set<string>()
  let shift = 0
  let shifted = ""
  let disorder = 0

  const textOf = (row: Element | null) => row?.querySelector("[id$=text]")?.textContent.trim() ?? ""
  const rows = () => [...list.querySelectorAll<HTMLElement>(":scope > li[data-at]")]
  const collect = () => {
    let last = { epoch: -1, seq: -1 }
    for (const row of rows()) {
      const at = row.dataset["at"] ?? ""
      const [epoch = 0, seq = 0] = at.split(".").map(Number)
      if (epoch < last.epoch || (epoch === last.epoch && seq <= last.seq)) disorder++
      last = { epoch, seq }
      seen.set(at, textOf(row))
    }
    for (const row of list.children) {
      if (row.textContent === "New messages") belowLine.add(textOf(row.nextElementSibling))
    }
  }
  const topOf = (row: HTMLElement) => row.getBoundingClientRect().top
  const begin = () => scroller.textContent.match(/This is the beginning of .*?\./)?.[0]
  const byPlace = (at: string) => list.querySelector<HTMLElement>(`:scope > li[data-at="${at}"]`)

  // who goes up by hand is noticed before anything moves: until then the page keeps to the end that it has just gone to
  scroller.dispatchEvent(new WheelEvent("wheel", { deltaY: -1 }))
  for (let still = 0; still < 600;) {
    collect()
    const edge = scroller.getBoundingClientRect().top
    const anchor = rows().find((row) => topOf(row) >= edge)
    if (anchor === undefined) throw new Error("nothing is in view")
    const at = anchor.dataset["at"] ?? ""
    // what comes in meanwhile is gone through as well
    const isAll = begin() !== undefined
    const from = scroller.scrollTop
    const place = topOf(anchor)
    scroller.scrollTop = from - step
    const moved = from - scroller.scrollTop
    await drawn()
    const now = byPlace(at)
    const by = now === null ? Number.MAX_SAFE_INTEGER : Math.abs(topOf(now) - place - moved)
    if (by > shift) {
      shift = by
      shifted = at
    }
    // at the top, until what is before it has come
    still = moved === 0 ? still + 1 : 0
    if (moved === 0 && isAll) break
  }
  collect()
  const places = [...seen.keys()].map((at) => {
    const [epoch = 0, seq = 0] = at.split(".").map(Number)
    return { at, epoch, seq }
  })
  places.sort((a, b) => a.epoch - b.epoch || a.seq - b.seq)
  return {
    seen: places.map(({ at }) => [at, seen.get(at) ?? ""] as const),
    shift,
    shifted,
    disorder,
    belowLine: [...belowLine],
    top: begin() ?? ""
  }
}
