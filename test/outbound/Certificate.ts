/** A key and a certificate for one name, signed by itself and good for a day (X.509 v3, RFC 5280; ECDSA with P-256 and SHA-256). */
import { generateKeyPairSync, sign } from "node:crypto"

const der = (tag: number, ...parts: ReadonlyArray<Buffer>): Buffer => {
  const value = Buffer.concat(parts)
  const { length } = value
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), value])
}

const sequence = (...parts: ReadonlyArray<Buffer>) => der(0x30, ...parts)
const oid = (hex: string) => der(0x06, Buffer.from(hex, "hex"))
const integer = (value: number) => der(0x02, Buffer.from([value]))
/** UTCTime, `YYMMDDHHMMSSZ`. */
const time = (at: number) => der(0x17, Buffer.from(`${new Date(at).toISOString().slice(2, 19).replace(/\D/g, "")}Z`))

const ECDSA_SHA256 = sequence(oid("2a8648ce3d040302"))
const COMMON_NAME = oid("550403")
const ALTERNATIVE_NAME = oid("551d11")
const DAY_MS = 86_400_000

const pem = (bytes: Buffer) =>
  `-----BEGIN CERTIFICATE-----\n${bytes.toString("base64").replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`

export const certificateFor = (name: string): { readonly key: string; readonly cert: string } => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const who = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(name)))))
  const names = sequence(ALTERNATIVE_NAME, der(0x04, sequence(der(0x82, Buffer.from(name)))))
  const now = Date.now()
  const signed = sequence(
    der(0xa0, integer(2)),
    integer(1),
    ECDSA_SHA256,
    who,
    sequence(time(now - DAY_MS), time(now + DAY_MS)),
    who,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(names))
  )
  const signature = der(0x03, Buffer.from([0]), sign("sha256", signed, privateKey))
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }),
    cert: pem(sequence(signed, ECDSA_SHA256, signature))
  }
}
