import { assert, describe, it } from "@effect/vitest"
import { anyhow } from "./Arrival.ts"
import { Connection } from "./Connection.ts"
import { dialects } from "./Dialect.ts"
import { stampLength, writeStamp } from "./Stamp.ts"
import { type Sender, Traffic } from "./Traffic.ts"

/** Connections to nowhere: what arrives is handed to the traffic by the tests. */
const connectionOf = (traffic: Traffic, member: number): Connection => {
  const shared = {
    port: 9,
    dialect: dialects.v1,
    traffic,
    arrival: anyhow,
    besieged: false,
    pings: 0,
    presence: 0,
    refreshed: 0,
    closed: 0
  }
  const place = {
    room: "r",
    user: String(member),
    index: member,
    firstSender: 0,
    senderCount: 2,
    firstLane: member * 2
  }
  const connection = new Connection(shared, place)
  connection.leave()
  return connection
}

/** Two people in one room, both of whom speak. */
const room = (acknowledged: boolean) => {
  const traffic = new Traffic([{ rooms: 1, members: 2, senders: 2 }], acknowledged)
  const [ann, bob] = traffic.senders
  if (ann === undefined || bob === undefined) throw new Error("no senders")
  ann.connection = connectionOf(traffic, 0)
  bob.connection = connectionOf(traffic, 1)
  const deliver = ({ connection }: Sender, sender: Sender, number: number): void => {
    const bytes = Buffer.alloc(stampLength)
    writeStamp(bytes, 0, sender.id, number)
    if (connection !== undefined) traffic.deliver(connection, bytes, 0)
  }
  const acknowledge = ({ connection }: Sender, sender: Sender, number: number): void => {
    if (connection !== undefined) traffic.acknowledge(connection, sender.id, number)
  }
  return { traffic, ann, bob, deliver, acknowledge }
}

describe("Traffic", () => {
  it("has done with a message once everyone has it and its sender was told, in either order", () => {
    const { acknowledge, ann, bob, deliver, traffic } = room(true)
    for (const number of [traffic.begin(ann, 0), traffic.begin(ann, 0)]) {
      if (number === 0) acknowledge(ann, ann, number)
      deliver(ann, ann, number)
      assert.strictEqual(traffic.completed, number)
      deliver(bob, ann, number)
      assert.strictEqual(traffic.completed, number === 0 ? 1 : number)
      if (number === 1) acknowledge(ann, ann, number)
    }
    assert.strictEqual(traffic.completed, 2)
    assert.strictEqual(traffic.open, 0)
    assert.strictEqual(traffic.ackLatency.count, 2)
    assert.strictEqual(traffic.delivered, 4)
  })

  it("waits for no acknowledgement where none is given", () => {
    const { ann, bob, deliver, traffic } = room(false)
    const number = traffic.begin(ann, 0)
    deliver(ann, ann, number)
    deliver(bob, ann, number)
    assert.strictEqual(traffic.open, 0)
    traffic.closeAcks()
    assert.strictEqual(traffic.acks.lost, 0)
  })

  it("counts acknowledgements that never came, and those that came again, once each", () => {
    const { acknowledge, ann, bob, traffic } = room(true)
    for (let count = 0; count < 3; count++) traffic.begin(ann, 0)
    traffic.begin(bob, 0)
    acknowledge(ann, ann, 1)
    acknowledge(ann, ann, 1)
    traffic.closeAcks()
    assert.strictEqual(traffic.acks.lost, 3)
    assert.strictEqual(traffic.acks.duplicated, 1)
    assert.strictEqual(traffic.ackLatency.count, 1)
  })

  it("counts the acknowledgement of someone else's message as a leak", () => {
    const { acknowledge, ann, bob, traffic } = room(true)
    acknowledge(bob, ann, traffic.begin(ann, 0))
    assert.strictEqual(traffic.leaked, 1)
    assert.strictEqual(traffic.ackLatency.count, 0)
  })

  it("has done with a message that the server does not take, and counts who will not hear it", () => {
    const { acknowledge, ann, bob, deliver, traffic } = room(true)
    const refused = traffic.begin(ann, 0)
    if (ann.connection !== undefined) traffic.refuse(ann.connection, ann.id, refused)
    assert.strictEqual(traffic.open, 0)
    const number = traffic.begin(ann, 0)
    for (const receiver of [ann, bob]) deliver(receiver, ann, number)
    acknowledge(ann, ann, number)
    traffic.closeAcks()
    assert.deepStrictEqual([traffic.refused, traffic.undelivered, traffic.acks.lost], [1, 2, 1])
    assert.deepStrictEqual([traffic.open, traffic.completed], [0, 1])
  })

  it("counts the refusal of someone else's message as a leak", () => {
    const { ann, bob, traffic } = room(true)
    if (bob.connection !== undefined) traffic.refuse(bob.connection, ann.id, traffic.begin(ann, 0))
    assert.deepStrictEqual([traffic.leaked, traffic.refused, traffic.open], [1, 0, 1])
  })

  it("says the first thing that went wrong, and how many others did", () => {
    const { traffic } = room(true)
    traffic.failures.add("one")
    assert.strictEqual(traffic.broken, "one")
    traffic.failures.add("two")
    assert.strictEqual(traffic.broken, "one; and 1 more")
  })

  it("counts latencies from the time a message was due", () => {
    const { acknowledge, ann, traffic } = room(true)
    const number = traffic.begin(ann, 100)
    traffic.readAt = 100.05
    acknowledge(ann, ann, number)
    assert.closeTo(traffic.ackLatency.quantile(1), 50, 1)
  })
})
