/** `hubbub token`: makes a token, for trying things and for scripts. */
import { randomUUID } from "node:crypto"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { Clock, Effect, Option, Result } from "effect"
import { SignJWT } from "jose"
import { loadConfig } from "../AppConfig.ts"
import { decodeClaims } from "../identity/Claims.ts"
import { Role } from "../identity/Rights.ts"
import { bytesOf, tokenPolicy } from "../identity/TokenPolicy.ts"
import { CommandFailed } from "./CommandFailed.ts"
import { printed } from "./printed.ts"

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** Seconds of `90s`, `15m`, `1h` or `30d`. */
const secondsOf = (text: string): Effect.Effect<number, CommandFailed> => {
  const [, count, unit = ""] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  const seconds = Number(count) * (SECONDS[unit] ?? 0)
  if (seconds > 0) return Effect.succeed(seconds)
  return Effect.fail(new CommandFailed({ message: `--ttl ${text} is not a time such as 90s, 15m, 1h or 30d` }))
}

/** What tokens are signed with here, and what they have to say. */
const signing = Effect.gen(function* () {
  const policy = Result.getOrUndefined(tokenPolicy(yield* loadConfig))
  if (policy?.keys._tag === "secret") return { policy, secret: policy.keys.secret }
  return yield* new CommandFailed({
    message: "AUTH_SECRET is not set: tokens are made where it is, or by the issuer whose keys the server takes"
  })
})

const flags = {
  sub: Flag.String("sub").pipe(Flag.withMetavar("userId"), Flag.withDescription("Whose token it is")),
  name: Flag.String("name").pipe(Flag.withDescription("Display name (that of --sub)"), Flag.optional),
  role: Flag.Literals("role", Role.literals).pipe(
    Flag.withDescription("What the bearer may do (user)"),
    Flag.withDefault("user")
  ),
  rooms: Flag.String("rooms").pipe(
    Flag.withMetavar("patterns"),
    Flag.withDescription("Rooms the bearer may be in, separated by commas; one * may end each (*)"),
    Flag.withDefault("*")
  ),
  ttl: Flag.String("ttl").pipe(
    Flag.withMetavar("time"),
    Flag.withDescription("How long it is valid: 90s, 15m, 1h or 30d (1h)"),
    Flag.withDefault("1h")
  )
}

export const tokenCommand = Command.make(
  "token",
  flags,
  Effect.fnUntraced(function* ({ name, role, rooms, sub, ttl }) {
    const { policy, secret } = yield* signing
    const seconds = yield* secondsOf(ttl)
    const now = Math.floor((yield* Clock.currentTimeMillis) / 1000)
    const payload = {
      sub,
      ...(Option.isSome(name) ? { name: name.value } : {}),
      role,
      rooms: rooms.split(",").map((pattern) => pattern.trim()),
      jti: randomUUID(),
      iat: now,
      exp: now + seconds,
      ...(policy.issuer === undefined ? {} : { iss: policy.issuer }),
      ...(policy.audience === undefined ? {} : { aud: policy.audience })
    }
    yield* Effect.fromResult(decodeClaims(payload)).pipe(
      Effect.mapError((problem) => new CommandFailed({ message: `there can be no such token: ${problem}` }))
    )
    const [alg = "HS256"] = policy.algorithms
    const token = yield* Effect.promise(() =>
      new SignJWT(payload).setProtectedHeader({ alg, typ: "JWT" }).sign(bytesOf(secret))
    )
    yield* printed(`${token}\n`)
  })
).pipe(
  Command.withShortDescription("Make a token, signed with AUTH_SECRET"),
  Command.withDescription(
    "Make a token, signed with AUTH_SECRET, and print it. It is for AUTH_AUDIENCE and from AUTH_ISSUER where they are set. " +
      "Whoever has it is who it says until it expires."
  )
)
