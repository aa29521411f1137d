/** What figures mean, in plain words: the definitions of version 1 that `src/analytics/README.md` has in full. */
import type { Definition } from "./About.tsx"

const define = <const K extends string>(all: Record<K, readonly [string, string]>): Record<K, Definition> => all

/** In place of figures of one person, on a server that keeps those to itself. */
export const WITHHELD = "Figures of single people are withheld on this server"

export const definitions = define({
  messages: [
    "Messages",
    "Messages that people sent and the server took. Those of bots, system messages, joins and leaves do not count; a message sent twice counts once; a deleted one stays counted."
  ],
  complete: [
    "Not complete",
    "A bucket that is not over yet (in tables: not yet), so that its number may still grow, or that the period cuts (no), so that it is less than that of a whole one."
  ],
  gap: ["Gaps", "Where there was nothing to measure there is no value. That is not the same as 0."],
  previous: ["Period before", "The time of the same length that ends where this period begins."],
  engaged: ["Engaged users", "People who sent a message, reacted, typed or read on. Each counts once."],
  communicators: ["Communicators", "People who sent a message or reacted."],
  visitors: ["Visitors", "People who were connected for at least 10 seconds in all."],
  dau: [
    "Daily, weekly, monthly",
    "People engaged on that day, in the 7 and in the 28 days that end with it. Days are whole."
  ],
  stickiness: [
    "Stickiness",
    "Daily engaged users, on average, divided by monthly ones: 100 % would be everyone every day."
  ],
  lurkers: ["Lurkers", "Visitors who neither sent a message nor reacted, as a share of all visitors."],
  connections: ["Connections", "The largest number of connections open at once. One person may have several."],
  connectedUsers: [
    "People connected",
    "The largest number of different people among those connections. Anonymous ones are not people here."
  ],
  latency: [
    "Percentiles",
    "p95 is the time that 95 of 100 messages did not exceed. Computed from all messages of the period, never by averaging percentiles; within 1 %."
  ],
  fannedOut: ["To members", "From arrival at the server until the message was handed to every member's connection."],
  durable: ["To storage", "From arrival at the server until the message was kept for good."],
  endToEnd: ["To receivers", "From arrival until receivers said that they had it, where their apps report that."],
  delivered: [
    "Delivered",
    "Messages handed to members' connections, as a share of those that were to be: each member of the room, for each message."
  ],
  resumes: ["Resumes", "Rooms that apps took up again after a break; recovered are those in which nothing was missed."],
  slow: ["Slow closes", "Connections that the server closed since they read too slowly."],
  duplicates: ["Duplicates", "Messages that came again under the same id and were kept once."],
  rejected: ["Rejections", "Requests that the server refused, by reason. rate_limited: sent too fast."],
  moderation: [
    "Moderation load",
    "Messages refused for being too fast, deleted messages, people muted and banned; and each per 1,000 messages."
  ],
  heatmap: [
    "When people talk",
    "Messages by weekday and hour of the zone that is shown, weeks beginning on Monday. An hour that comes twice counts both times."
  ],
  retention: [
    "Retention",
    "Of the people who were first engaged ever in a day or week: how many were engaged again so many days or weeks later. What is not over is left empty."
  ],
  growth: [
    "New, returning, gone",
    "New: first engaged ever. Retained: engaged now and in the period before. Back: engaged now and earlier, but not just before. Gone: engaged just before, not now."
  ],
  funnel: [
    "Newcomers",
    "People who first connected ever in this period. Stayed: 10 s or more. Engaged: at any time. Activated: sent a message within 24 h. Returned: engaged on a later day. Each step counts those who took all before it."
  ],
  sessions: [
    "Sessions",
    "Time in which someone was connected with no gap of more than 30 minutes, all tabs together. Durations are of those that are over."
  ],
  response: [
    "Response time",
    "From the last message of one author in a row to the next one by somebody else in the same room, within 24 hours."
  ],
  answered: ["Answered", "Rows of messages by one author that somebody else answered within 24 hours."],
  patterns: ["Patterns", "Lengths in characters as people count them in code points; shares are of all messages."],
  concentration: [
    "Concentration",
    "Herfindahl index: the squared shares of all, added up. 1 means that one has everything, near 0 that it is spread evenly. Top 10: what the ten largest have together."
  ],
  rooms: [
    "Rooms",
    "Rooms with messages or joins in the period. Private rooms are counted in all totals, but have no figures of their own."
  ],
  users: ["People", "People with messages in the period, by their last name."],
  perMinute: [
    "Per minute, peak",
    "Messages divided by minutes; the largest minute, if all minutes of the period are still kept, which they are for a few days; and the largest hour divided by the average hour."
  ]
})
