/** Which methods each path answers, for those who come with another one: they are told 405, not 404. */
import { REPORTS } from "./AnalyticsQuery.ts"

const READ = "GET, HEAD"

const paths: ReadonlyArray<readonly [pattern: RegExp, allow: string]> = [
  [/^\/(?:health|ready|metrics|ws|docs|openapi\.json)?$/, READ],
  [/^\/(?:r\/[^/]+|dashboard(?:\/.*)?|signed-in|assets\/.+)$/, READ],
  [/^\/api\/config$/, READ],
  [/^\/api\/rooms$/, READ],
  [/^\/api\/(?:rooms|users)\/[^/]+\/messages$/, READ],
  [/^\/api\/rooms\/[^/]+\/search$/, READ],
  [new RegExp(`^/api/analytics(?:/(?:${[...REPORTS, "export", "(?:rooms|users)/[^/]+"].join("|")}))?$`), READ],
  [/^\/api\/conversations$/, READ],
  [/^\/api\/moderation$/, "POST"],
  [/^\/api\/moderation\/(?:bans|mutes|rooms|audit)$/, READ],
  [/^\/api\/admin\/connections$/, READ],
  [/^\/api\/admin\/(?:revocations|broadcast|rooms\/[^/]+\/messages|users\/[^/]+\/disconnect)$/, "POST"]
]

/** What `Allow` says of a path; nothing of one that is not there. */
export const allowedOn = (path: string): string | undefined => paths.find(([pattern]) => pattern.test(path))?.[1]
