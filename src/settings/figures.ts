/** How long figures are kept, and whom they name. */
import { whole } from "./Setting.ts"

export const figuresSettings = {
  analyticsMinutesDays: whole("ANALYTICS_MINUTES_DAYS", 7, 1, 400, "Days for which figures are kept by the minute."),
  analyticsQuartersDays: whole(
    "ANALYTICS_QUARTERS_DAYS",
    90,
    1,
    4000,
    "Days for which figures are kept by the quarter of an hour, which hours, days and everything else are made of."
  ),
  analyticsUsersDays: whole(
    "ANALYTICS_USERS_DAYS",
    400,
    1,
    4000,
    "Days for which it is kept what each user did, which retention, growth and sessions are told from."
  ),
  analyticsMinUsers: whole(
    "ANALYTICS_MIN_USERS",
    1,
    1,
    1000,
    "Users below which an answer withholds their ids and names."
  )
} as const
