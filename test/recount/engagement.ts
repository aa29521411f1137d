/** Engaged users of days, weeks and months, and lurkers. */
import type { Engagement } from "../../src/analytics/figures/engagement.ts"
import { communicators, lurkers, visitors } from "./people.ts"
import { ratio } from "./quantile.ts"
import type { View } from "./View.ts"

/** Of the `length` local days that end with `day`; a date that the zone skipped is no day. */
const engagedUntil = ({ local, zoned }: View, day: number, length: number): number => {
  const users = new Set<string>()
  for (let count = 0, one = day; count < length; count++, one = local.dayBefore(one)) {
    for (const userId of zoned.engagedOn(one)) users.add(userId)
  }
  return users.size
}

/** Whole local days, however the window cuts them. */
export const engagedDays = (view: View) =>
  view.days().map((day) => ({
    day,
    dau: engagedUntil(view, day, 1),
    wau: engagedUntil(view, day, 7),
    mau: engagedUntil(view, day, 28),
    partial: view.local.dayStart(day + 1) > view.computedAt
  }))

export const engagement = (view: View): typeof Engagement.Type => {
  const { facts, local } = view
  const days = engagedDays(view)
  const over = days.filter(({ partial }) => !partial)
  const meanDau = ratio(
    over.reduce((sum, { dau }) => sum + dau, 0),
    over.length
  )
  const mau = days.at(-1)?.mau ?? null
  const visited = visitors(facts, view).size
  const lurking = lurkers(facts, view).size
  return {
    days: days.map(({ day, ...figures }) => ({ date: local.date(day), ...figures })),
    visitors: visited,
    communicators: communicators(facts, view).size,
    lurkers: lurking,
    lurkerRatio: ratio(lurking, visited),
    meanDau,
    mau,
    stickiness: meanDau === null || mau === null ? null : ratio(meanDau, mau)
  }
}
