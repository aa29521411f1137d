/** The checks find what they are there for: a sound run has no findings, and each kind of damage is named with the message and the place. */
import { assert, describe, it } from "@effect/vitest"
import { check, type Evidence } from "./check.ts"
import { type ReceiveLog, RunRecord } from "./RunRecord.ts"

const ROOM = "room"
const EPOCH = 7

const idOf = (n: number): string => `message-${n}`

const shown = (n: number) => ({ epoch: EPOCH, seq: n, id: idOf(n), userId: "alice", content: `content ${n}` })
const kept = (n: number) => ({ ...shown(n), epoch: undefined, timestamp: new Date(1000 * n).toISOString() })
const row = (n: number) => ({ ...shown(n), roomId: ROOM })

/** Five messages, all acknowledged but the last, which nobody heard of; one reader joined after the first. */
const sound = () => {
  const record = new RunRecord()
  for (let n = 1; n <= 6; n++) record.sent.set(idOf(n), { roomId: ROOM, ...shown(n) })
  for (let n = 1; n <= 4; n++) record.ack({ roomId: ROOM, id: idOf(n), epoch: EPOCH, seq: n, duplicate: false }, 1)
  const reader: ReceiveLog = {
    who: "bob",
    roomId: ROOM,
    stretches: [{ epoch: EPOCH, from: 1, shown: [2, 3, 4, 5].map(shown) }]
  }
  record.logs.push(reader)
  const history = [1, 2, 3, 4, 5].map(kept)
  const rows = [1, 2, 3, 4, 5].map(row)
  return { record, reader: reader.stretches[0]!, history, rows }
}

type Run = ReturnType<typeof sound>

const findings = (spoil: (run: Run) => void): ReadonlyArray<string> => {
  const run = sound()
  spoil(run)
  const evidence: Evidence = {
    record: run.record,
    history: new Map([[ROOM, run.history]]),
    rows: new Map([[ROOM, run.rows]])
  }
  return check(evidence)
}

const finds = (check: string, words: ReadonlyArray<string>, spoil: (run: Run) => void): void => {
  const found = findings(spoil)
  const named = found.filter((finding) => finding.startsWith(`${check}: `))
  assert.isTrue(
    named.some((finding) => words.every((word) => finding.includes(word))),
    `${check} with ${words.join(", ")} is not in [${found.join(" | ")}]`
  )
}

const ack = (n: number, seq: number, duplicate: boolean) => ({
  roomId: ROOM,
  id: idOf(n),
  epoch: EPOCH,
  seq,
  duplicate
})

/** The room begins anew in another epoch with a sixth message. */
const beginAnew = (run: Run): void => {
  const message = { ...shown(6), epoch: EPOCH + 1, seq: 1 }
  run.record.ack({ roomId: ROOM, id: message.id, epoch: EPOCH + 1, seq: 1, duplicate: false }, 1)
  run.history.push({ ...message, epoch: undefined, timestamp: kept(6).timestamp })
  run.rows.push({ ...message, roomId: ROOM })
  run.record.logs[0]!.stretches.push({ epoch: EPOCH + 1, from: 0, shown: [message] })
  // who speaks the plain dialect knows no epoch
  const plain = { epoch: undefined, from: 0, shown: [{ ...message, epoch: undefined }] }
  run.record.logs.push({ who: "carol", roomId: ROOM, stretches: [plain] })
}

describe("the checks", () => {
  it("find nothing in a sound run", () => {
    assert.deepEqual(
      findings(() => {}),
      []
    )
  })

  it("find nothing in a repeat that got the first answer", () => {
    assert.deepEqual(
      findings(({ record }) => record.ack(ack(3, 3, true), 1)),
      []
    )
  })

  it("C1 names a message that was acknowledged and is gone", () => {
    finds("C1", [idOf(4), "7/4", "not in history"], ({ history, rows }) => {
      history.splice(3)
      rows.splice(3)
    })
  })

  it("C1 names a message that is elsewhere than its acknowledgement said", () => {
    finds("C1", [idOf(3), "7/3", "7/4"], ({ record }) => record.acks.splice(2, 1, ack(3, 4, false)))
  })

  it("C1 names two acknowledgements of one message that do not agree", () => {
    finds("C1", [idOf(2), "7/2", "7/9"], ({ record }) => record.ack(ack(2, 9, true), 1))
    finds("C1", [idOf(2), "twice as new"], ({ record }) => record.ack(ack(2, 2, false), 1))
  })

  it("C2 names a gap in history, a clock that ran back, and a store that has another line", () => {
    finds("C2", ["7/4", "where 3 should be"], ({ history }) => history.splice(2, 1))
    finds("C2", ["7/5", "before"], ({ history }) => {
      history[4] = { ...history[4]!, timestamp: new Date(0).toISOString() }
    })
    finds("C2", ["number 5", "nothing in the store"], ({ rows }) => rows.splice(4))
    finds("C2", ["number 6", "nothing in history"], ({ rows }) => rows.push(row(6)))
  })

  it("C3 names what a reader was shown and history has not, and what it was not shown", () => {
    finds("C3", ["bob", idOf(6), "7/6", "nothing"], ({ reader }) => reader.shown.push(shown(6)))
    finds("C3", ["bob", idOf(4), "7/4", idOf(3)], ({ reader }) => reader.shown.splice(1, 1))
  })

  it("C4 names a position with two messages, one of them in a log only", () => {
    finds("C4", ["7/5", idOf(5), idOf(6)], ({ reader }) => {
      reader.shown[3] = { ...shown(6), seq: 5 }
    })
  })

  it("C5 names what nobody sent, and what was sent otherwise", () => {
    finds("C5", ["history", "ghost", "nobody sent"], ({ history }) => {
      history[4] = { ...history[4]!, id: "ghost" }
    })
    finds("C5", ["the store", idOf(5), "otherwise"], ({ rows }) => {
      rows[4] = { ...rows[4]!, content: "changed" }
    })
  })

  it("C6 names a message that is there twice although nobody was told that it is kept", () => {
    finds("C6", [idOf(5), "7/5", "7/6"], ({ history, rows }) => {
      history.push({ ...kept(6), id: idOf(5), content: "content 5" })
      rows.push({ ...row(6), id: idOf(5), content: "content 5" })
    })
  })

  it("take a new epoch for a line of its own", () => {
    assert.deepEqual(findings(beginAnew), [])
    finds("C2", ["where 1 should be"], (run) => {
      beginAnew(run)
      run.history[5] = { ...run.history[5]!, seq: 2 }
    })
  })

  it("pass on what a client saw break at once", () => {
    finds("P1", ["a gap"], ({ record }) => record.breach("a gap"))
  })
})
