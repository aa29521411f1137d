/**
 * Addresses in a text. A link leads where it says: where the text could be read as another host than the browser would go to, the true one
 * is shown.
 */
import { mixesScripts } from "../../domain/mixesScripts.ts"
import type { Link } from "./Block.ts"

/** What was read, and where the text goes on. Without a link it is words like others. */
interface Found {
  readonly link: Link | undefined
  readonly end: number
}

/** White space, quotes, brackets of angles and what is not painted end an address; so do the marks of East Asian sentences. */
const WEB = /https?:\/\/[^\s<>"`\\\p{Cc}\p{Cf}。、，！？：；「」『』【】《》（）]+/iuy
/** Without a query, which could write the letter as well. */
const MAIL = /mailto:[\w.!#$%&'*+/=^{|}~-]+@[\w-]+(?:\.[\w-]+)*/iy
const LABELLED = /\[(?<label>[^[\]\n]{1,200})\]\((?=https?:\/\/|mailto:)/iy

/** Of an address in brackets: what is longer is none. */
const SOURCE_MAX = 2048
/** What ends a sentence or a mark-up is not of the address. */
const TRAILING = /[.,;:!?'"*_~|…’”]/u
const CLOSERS: Record<string, string> = { ")": "(", "]": "[", "}": "{" }

/** Without trailing punctuation, and without closing brackets that were opened before. */
const trimmed = (source: string): string => {
  const surplus = new Map<string, number>()
  for (const [close, open] of Object.entries(CLOSERS)) {
    surplus.set(close, source.split(close).length - source.split(open).length)
  }
  let end = source.length
  for (; end > 0; end--) {
    const last = source.charAt(end - 1)
    const over = surplus.get(last)
    if (over !== undefined && over > 0) surplus.set(last, over - 1)
    else if (!TRAILING.test(last)) break
  }
  return source.slice(0, end)
}

/** Whether a host as typed reads as the one that the browser goes to. */
const isPlain = (typed: string, url: URL): boolean => {
  const host = typed.toLowerCase()
  if (host === url.host || host.replace(/:(?:80|443)$/, "") === url.host) return true
  if (!url.hostname.includes("xn--")) return false
  // all of it as one word: letters of Cyrillic before `.com` are there to be taken for others
  return !mixesScripts(host.normalize("NFC").replace(/[^\p{L}\p{M}\p{N}]/gu, "")) && host === host.normalize("NFKC")
}

/** The link that an address is, or nothing where no browser would understand it. */
const linkOf = (source: string): Link | undefined => {
  if (!URL.canParse(source)) return undefined
  const url = new URL(source)
  if (url.protocol === "mailto:") return { type: "link", url: url.href, text: source, source }
  if (url.protocol !== "http:" && url.protocol !== "https:") return undefined
  if (url.username !== "" || url.password !== "") {
    return { type: "link", url: url.href, text: source, host: url.host, source }
  }
  const [start = "", authority = ""] = /^https?:\/\/([^/?#]*)/i.exec(source) ?? []
  if (isPlain(authority, url)) return { type: "link", url: url.href, text: source, source }
  return { type: "link", url: url.href, text: `${url.protocol}//${url.host}${source.slice(start.length)}`, source }
}

/** An address that begins at `at`; nothing where none does. */
export const addressAt = (text: string, at: number): Found | undefined => {
  const pattern = text.charAt(at).toLowerCase() === "m" ? MAIL : WEB
  pattern.lastIndex = at
  const typed = pattern.exec(text)?.[0]
  if (typed === undefined) return undefined
  const source = trimmed(typed)
  const link = linkOf(source)
  // one that leads nowhere is not looked at again, since another may begin within it
  return link === undefined ? { link, end: at + typed.length } : { link, end: at + source.length }
}

/** Up to the bracket that closes an address; nothing where none does. */
const sourceAt = (text: string, at: number): string | undefined => {
  let depth = 0
  for (let end = at; end < text.length && end - at <= SOURCE_MAX; end++) {
    const char = text.charAt(end)
    if (char === "(") depth++
    else if (char === ")" && depth-- === 0) return text.slice(at, end)
    else if (/[\s<>"`\\\p{Cc}\p{Cf}]/u.test(char)) return undefined
  }
  return undefined
}

/** What could be taken for an address itself. */
const POSES = /\S\.\S|:\/\/|@/u

/** `[label](address)` that begins at `at`; nothing where it does not, or where the label poses as another address. */
export const labelledAt = (text: string, at: number): Found | undefined => {
  LABELLED.lastIndex = at
  const match = LABELLED.exec(text)
  const label = match?.groups?.["label"] ?? ""
  if (match === null || label.trim() === "" || POSES.test(label)) return undefined
  const begin = at + match[0].length
  const source = sourceAt(text, begin)
  const link = source === undefined ? undefined : linkOf(source)
  if (source === undefined || link === undefined) return undefined
  const { host, pathname } = new URL(link.url)
  const place = host === "" ? pathname : host
  return { link: { ...link, text: label, host: place }, end: begin + source.length + 1 }
}
