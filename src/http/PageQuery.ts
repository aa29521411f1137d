/** What the query of a request says about the page it wants, and why it is refused. */
import { Data, Result } from "effect"
import { PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from "../domain/PageSize.ts"
import { searchProblem, soughtIn } from "../domain/searching.ts"
import type { Query } from "../store/Page.ts"
import type { CursorFault } from "./Cursors.ts"

/** A query's parameters by name; one that is given twice has several values. */
export type Params = Readonly<Record<string, string | ReadonlyArray<string> | undefined>>

/** A request that is refused: what is wrong, with which of its parts. */
export class BadQuery extends Data.TaggedError("BadQuery")<{
  readonly code: string
  readonly detail: string
  readonly field: string
}> {}

/** A page as it was asked for. `after` is that parameter as it was given. */
export interface PageQuery<P> {
  readonly query: Query<P>
  readonly after: string | undefined
}

const faults: Record<CursorFault, string> = {
  unreadable: "is not a cursor; give one just as it came with a page",
  altered: "was altered, or given out by another server",
  elsewhere: "was given out for another room, user or list"
}

const bad = (code: string, field: string, detail: string) => Result.fail(new BadQuery({ code, field, detail }))

/** A parameter that may be given once. */
export const single = (params: Params, name: string): Result.Result<string | undefined, BadQuery> => {
  const value = params[name]
  if (value === undefined || typeof value === "string") return Result.succeed(value)
  return bad("invalid_query", name, `${name} is given more than once`)
}

/** How many a page may have: `limit`, 1 to 200, 50 without. */
export const limitOf = (params: Params): Result.Result<number, BadQuery> =>
  Result.flatMap(single(params, "limit"), (text) => {
    if (text === undefined) return Result.succeed(PAGE_SIZE_DEFAULT)
    const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0
    if (limit >= 1 && limit <= PAGE_SIZE_MAX) return Result.succeed(limit)
    return bad("invalid_limit", "limit", `limit must be a whole number from 1 to ${PAGE_SIZE_MAX}`)
  })

/** Reads the text of a parameter as a place. */
export type ReadPlace<P> = (text: string, name: string) => Result.Result<P, CursorFault>

/** The place that a parameter stands for, if it is given. */
export const placeOf = <P>(params: Params, name: string, read: ReadPlace<P>): Result.Result<P | undefined, BadQuery> =>
  Result.flatMap(single(params, name), (text) => {
    if (text === undefined) return Result.succeed(undefined)
    return Result.mapError(
      read(text, name),
      (fault) => new BadQuery({ code: "invalid_cursor", field: name, detail: `${name} ${faults[fault]}` })
    )
  })

/** The words to look for: `q`. What it says is in no refusal. */
export const soughtOf = (params: Params): Result.Result<ReadonlyArray<string>, BadQuery> =>
  Result.flatMap(single(params, "q"), (text = "") => {
    const problem = searchProblem(text)
    return problem === undefined ? Result.succeed(soughtIn(text)) : bad("invalid_query", "q", `q ${problem}`)
  })

/** Which page of a history: `limit`, and at most one of `before`, `after` and `around`. */
export const pageQuery = <P>(params: Params, read: ReadPlace<P>): Result.Result<PageQuery<P>, BadQuery> =>
  Result.gen(function* () {
    const limit = yield* limitOf(params)
    const given = ["before", "after", "around"].filter((name) => params[name] !== undefined)
    if (given.length > 1) {
      return yield* bad("invalid_query", given.join(","), `${given.join(" and ")} exclude each other; give one of them`)
    }
    const before = yield* placeOf(params, "before", read)
    const after = yield* placeOf(params, "after", read)
    const around = yield* placeOf(params, "around", read)
    return { query: { before, after, around, limit }, after: yield* single(params, "after") }
  })
