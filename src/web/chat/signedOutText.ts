/** Why the server ended a connection for good, in words. */

const WORDS: Readonly<Record<number, string>> = {
  1000: "The server has ended the connection.",
  4500: "You have been signed out.",
  4501: "You have been banned from this server.",
  4502: "You have connected from elsewhere, and this page was disconnected.",
  4503: "This page was disconnected, because too much of what it sent was refused."
}

/** `code`: of the close. */
export const signedOutText = (code: number): string =>
  WORDS[code] ?? "The server has ended the connection. Reload the page if this happens again."
