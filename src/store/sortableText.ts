/**
 * Text whose UTF-8 bytes compare as its code units do. SQLite and DynamoDB compare bytes, which puts an emoji after "ﬁ"; JavaScript
 * compares code units, which puts it before. Surrogates and what follows them are moved up by 2048, each by itself, to where characters
 * of one code point are; all other text stays as it is. Imports nothing: it runs in the SQLite threads, too.
 */
const SHIFT = 0x800

const UNITS = /[\ud800-\uffff]/g
const MOVED = /[\u{e000}-\u{107ff}]/gu
/** In code units, which is faster to look for. */
const MAY_BE_MOVED = /[\ud800-\uffff]/

export const toSortable = (text: string): string =>
  text.replace(UNITS, (unit) => String.fromCodePoint(unit.charCodeAt(0) + SHIFT))

/** What `toSortable` was given. */
export const fromSortable = (text: string): string =>
  MAY_BE_MOVED.test(text)
    ? text.replace(MOVED, (moved) => String.fromCharCode((moved.codePointAt(0) ?? 0) - SHIFT))
    : text
