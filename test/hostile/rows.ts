/**
 * Every row of the list of threats (T), and of those of the list of cases that are about hostile input (D, E, G, H), with the tests that
 * hold it. `coverage.test.ts` sees to it that none goes missing.
 */

export interface Proof {
  /** Below `test/`. */
  readonly file: string
  /** As it stands in the file, placeholders included. */
  readonly title: string
}

/** Tests of one file. */
const proofs = (file: string, ...titles: ReadonlyArray<string>): ReadonlyArray<Proof> =>
  titles.map((title) => ({ file: `${file}.test.ts`, title }))

const handshake = (title: string) => proofs("hostile/handshake", title)
const frames = (title: string) => proofs("hostile/frames", title)
const slow = (...titles: ReadonlyArray<string>) => proofs("hostile/slow", ...titles)
const http = (...titles: ReadonlyArray<string>) => proofs("hostile/http", ...titles)
const text = (...titles: ReadonlyArray<string>) => proofs("hostile/text", ...titles)
const tokens = (...titles: ReadonlyArray<string>) => proofs("hostile/tokens", ...titles)
const newRooms = (...titles: ReadonlyArray<string>) => proofs("hostile/newRooms", ...titles)
const banned = (...titles: ReadonlyArray<string>) => proofs("hostile/banned", ...titles)
const privateRooms = (...titles: ReadonlyArray<string>) => proofs("integration/privateRooms", ...titles)
const bytes = (...titles: ReadonlyArray<string>) => proofs("integration/hostileBytes", ...titles)
const input = (...titles: ReadonlyArray<string>) => proofs("integration/badInput", ...titles)
const upgrades = (...titles: ReadonlyArray<string>) => proofs("integration/upgrade", ...titles)
const bearers = (...titles: ReadonlyArray<string>) => proofs("integration/tokens", ...titles)

/** One that is played with the file's name, by `faults/*.test.ts`. */
const played = (scenarios: string, holds: string): ReadonlyArray<Proof> => [
  { file: `faults/scenarios/${scenarios}.ts`, title: holds }
]

const CODES = "closes $what with $code, and nobody else"
const REFUSED = "answers $what with $code"

export const rows: Readonly<Record<string, ReadonlyArray<Proof>>> = {
  T1: bytes("cuts a connection that sends nothing"),
  T2: bytes("cuts an upgrade whose headers drip"),
  T3: [
    ...handshake("is refused at once where tokens are on, and is cut off where the handshake is never finished"),
    ...tokens("T3: gets no socket to be silent on")
  ],
  T4: [
    ...handshake("is answered 429 before there is a socket, and another address does not notice"),
    ...tokens("T4, T5: cannot keep others out by asking often"),
    ...proofs("ws/Admission", "takes a burst of upgrades from an address and then so many a second")
  ],
  T5: [
    ...handshake("are so many and no more, while others come in"),
    ...upgrades("answers 503 and when to come back, until someone has left")
  ],
  T7: bytes(CODES),
  T8: bytes(CODES),
  T9: [...bytes(CODES), ...frames("reserves nothing, a hundred times 16 KiB declared and never sent, nor a TiB")],
  T10: bytes(CODES),
  T12: [...bytes("does not agree to compression"), ...frames("are not unfolded, because compression is not agreed to")],
  T13: frames("are served without it, and leave no memory behind when they go"),
  T15: proofs("integration/stuckClients", "is closed as slow, while the others get every message in order"),
  T16: bytes(CODES),
  T17: [...text("is refused however it is written, so that no two stores can disagree about it"), ...input(REFUSED)],
  T19: [...bytes(CODES), ...input("closes 1003 on a binary frame, and nobody else")],
  T20: [
    ...bytes("refuses headers of 17 KB"),
    ...handshake("are not believed: 2,500 of them change nothing that counts, and their bytes are bounded")
  ],
  T21: [
    ...upgrades("%s is refused 403", "that is allowed by a list which cannot be read stops the start"),
    ...tokens("T21, H9: is refused for a page of another origin, with a token or without")
  ],
  // of the two ways around the query there is the subprotocol pair
  T22: [
    ...tokens("T22: has no token in it, not of the query and not of a handshake that fails"),
    ...bearers(
      "takes the token from the header, from the subprotocols or from the query, and identity from nothing else"
    )
  ],
  T23: [
    ...handshake("is in no answer, and a line break in a name is in no header"),
    ...tokens("T23: goes by a forwarded host only where the proxy is trusted")
  ],
  T24: [
    ...tokens("T24: is not what the client writes, of whom there may be two connections whatever it writes"),
    ...proofs("identity/Proxies", "is that of the socket, whatever it writes, where nobody is trusted")
  ],
  T26: proofs(
    "hostile/logLines",
    "are none in JSON: each event is one object on one line",
    "are none where people read it"
  ),
  T27: [...text("is refused: %s"), ...tokens("T27: cannot give rights by a name that objects have anyway")],
  T28: [
    ...text("is refused before it is read: %s"),
    ...input("survives deep nesting beside what it needs, up to 32 levels")
  ],
  T30: [...text("is refused, and named: %s"), ...input(REFUSED)],
  T31: [...text("does not make this one: %s"), ...proofs("domain/linearTime", "does not hold up %s")],
  T32: [...text("is refused: %j"), ...input("answers $what with 400 naming $field, before the upgrade")],
  T34: text(
    "is refused where that speaks for the house, or where it mixes scripts: %j",
    "is not confused with a name that people have"
  ),
  T36: [
    ...tokens("T36: is not let in by a name in the query, and nobody becomes another by a field of a frame"),
    ...proofs("integration/realUse", "ignores what a frame claims about who sent it and when")
  ],
  T37: [
    ...text("is refused on the way in and in a frame: %j"),
    ...newRooms(
      "is let into as many as are allowed, over all connections, and is told when there may be one more",
      "may still enter all rooms in which something was said, or somebody is",
      "is told that a name is none, which costs nothing of the allowance",
      "leaves nothing behind, as one of many users either"
    )
  ],
  T38: [
    ...http("are the same whether they are there or not, to whom they are not for"),
    ...proofs("http/history", "refuses a cursor that is none, was changed, or is of something else, and says which"),
    ...proofs("http/Cursors", "are refused with any one character changed, added or taken away"),
    ...privateRooms(
      "is answered about a room of two just as about one that never was",
      "is answered about a group just as about one that never was",
      "does not get in by naming it when they connect, in either dialect"
    ),
    ...proofs(
      "integration/privateHistory",
      "everyone else, moderators and admins too, is answered as about a room that never was",
      "conversations come in pages, with cursors that are of no use to others",
      "no list of rooms has them, not even for members",
      "what a user said in them is shown to moderators no more than the rooms are"
    ),
    ...proofs("private/pairs", "cannot be told from one that never was, by those who are not in it"),
    ...http("are not found by who knows the two in them, and a cursor of one opens no other")
  ],
  T39: [
    ...http("are for analysts, of a room as of all, and name nobody where few stand behind them"),
    ...proofs("integration/privateFigures", "count what is said in private rooms, and name none of them")
  ],
  T40: proofs(
    "outbound/SafeFetch",
    "connects to no name that leads to an address that is not public",
    "connects to the very address that was checked, and looks up once for it",
    "follows no redirect",
    "reads 64 KiB of an answer and no more"
  ),
  T41: http("are text wherever they come back: JSON that is not sniffed, under a policy that runs nothing"),
  T42: http("begin with an apostrophe in an export, which is an attachment"),
  // there are no passwords, so there is no login to limit
  T43: [
    ...http("is refused in the same words however much of it is right, with what was asked for nowhere in them"),
    ...proofs("identity/ApiKeys", "is known by its whole text and no other", "is not shown by what holds it"),
    ...proofs("http/limits", "with a wrong token or key count as ten"),
    ...proofs("integration/httpLimits", "count a wrong key as ten requests")
  ],
  T44: tokens("T44, T45, T46: is refused, whatever its header or its times say"),
  T45: [
    ...tokens("T44, T45, T46: is refused, whatever its header or its times say"),
    ...proofs("identity/Tokens", "signed with the issuer's public key, as if that were a secret, is refused")
  ],
  T46: tokens("T44, T45, T46: is refused, whatever its header or its times say"),
  T48: tokens("T48: is refused with a secret that can be guessed, in one line that does not show it"),
  T49: proofs("identity/Tokens", "is refused once it was revoked, however the text of it was changed"),
  T50: [
    ...tokens("T50: is not heard any more once its token has expired"),
    ...proofs("identity/passports", "that expires is announced a minute before, once, and ends the connection")
  ],
  T51: [
    ...proofs(
      "integration/revocations",
      "of a user closes their connections, refuses their tokens, and outlives kill -9"
    ),
    ...proofs("identity/passports", "cannot be escaped by a token of before, but by one of after"),
    ...banned("lets none of many attempts through that are under way, and none after"),
    ...proofs("connection/moderation", "is felt within a second by who was on their way into the room")
  ],
  T54: slow(
    "is told of twice in a window at most, and keeps nobody from chatting",
    "is refused where joins are limited, as by default"
  ),
  T55: proofs(
    "hostile/supply",
    "is pinned by hash, and comes from the registry alone",
    "runs no script on installing but those that are known"
  ),

  D1: slow("is closed as slow, has cost no more than it may, and then resumes where it was"),
  D2: slow("leaves none of the ten waiting for what the others have"),
  D4: slow("are all answered, and memory stays where it was"),
  D5: http(
    "is answered 413 before it is read, whether its length was said or not, and nobody is disconnected",
    "is no way to say anything: messages go over the socket alone"
  ),
  D7: frames("are served without it, and leave no memory behind when they go"),
  D8: [
    ...frames("is closed 1009 by its header, is not read, and is counted"),
    ...input("closes 1009 at %i bytes, and nobody else")
  ],

  // how a client spaces its returns is up to the client; the server's part is to bear all of them at once
  E1: played("storm", "a thousand clients that resume one room at once after a kill -9 are all given what they missed"),
  E2: handshake("are told 503 and when to come back, and who is there is answered within a second"),
  E3: [
    ...played(
      "kills",
      "kill -9 under load, several times over, loses nothing that was acknowledged and shows nothing twice"
    ),
    ...played("stops", "SIGTERM while the store is away ends in time, and the next start hands over what is left"),
    ...proofs("integration/stop", "keeps every message that was acknowledged in sight of those who are still there")
  ],
  E4: proofs(
    "integration/stop",
    "tells clients, closes them 1012 spread over the window, refuses new ones, and exits 0",
    "keeps every message that was acknowledged in sight of those who are still there",
    "is not held up by a client that neither reads nor answers"
  ),
  E6: proofs("integration/stuckClients", "stays connected, because pings come sooner"),
  // another proxy with another limit, and the same pings
  E7: proofs("integration/stuckClients", "stays connected, because pings come sooner"),
  E8: slow("leave nothing behind"),

  G1: [...input(REFUSED), ...proofs("integration/realUse", "accepts 1,000 code points, however many bytes they are")],
  G2: [
    ...input(REFUSED),
    ...text("is none in a sentence of any language, which is the same for the room and in history")
  ],
  G3: input(REFUSED),

  H2: handshake("is ignored where no proxy is trusted, a hundred of them as well as one"),
  H3: input("counts a user's messages over all their connections, also after a reconnect"),
  H4: [
    ...tokens("T36: is not let in by a name in the query, and nobody becomes another by a field of a frame"),
    ...bearers("warns where it is open to the network, which a server with tokens does not")
  ],
  H5: [
    ...tokens("T50: is not heard any more once its token has expired"),
    ...bearers(
      "is announced, and ends the connection within a second of its end",
      "is replaced by a fresh one of the same user"
    ),
    ...proofs(
      "integration/revocations",
      "of a user closes their connections, refuses their tokens, and outlives kill -9"
    )
  ],
  H6: [
    ...banned(
      "everywhere closes all their tabs within a second, and leaves them neither history nor a way back",
      "from that room has all their tabs out of it within a second, and they find it as one that never was"
    ),
    ...proofs(
      "integration/moderation",
      "ends all of a user's connections within a second, is heard of in the room, and keeps them out until it is lifted",
      "from a room, a mute, a freeze and slow mode hold after a restart, also after kill -9"
    )
  ],
  H8: [
    ...banned(
      "is gone from every room, whose people are each told so once",
      "has nothing left to be read in any way, though what others said is",
      "leaves nothing behind that was on its way meanwhile"
    ),
    ...proofs("integration/amendments", "deletes 300 messages of a user in 3 rooms, and leaves what others said")
  ],
  H9: [
    ...upgrades("%s is refused 403", "is not needed outside of browsers", "may be the server's own"),
    ...tokens("T21, H9: is refused for a page of another origin, with a token or without")
  ]
}
