import { Result, Schema } from "effect"
import { UserId, userIdProblem } from "../../domain/UserId.ts"
import { BadQuery, type Params, single } from "../PageQuery.ts"

const isUserId = Schema.is(UserId)

/** Who the query says that the request is from, if it does: `userId`. To be believed where tokens are off. */
export const claimedOf = (params: Params): Result.Result<UserId | undefined, BadQuery> =>
  Result.flatMap(single(params, "userId"), (text) => {
    if (text === undefined || isUserId(text)) return Result.succeed(text)
    const detail = userIdProblem(text) ?? "userId is not valid"
    return Result.fail(new BadQuery({ code: "invalid_user_id", field: "userId", detail }))
  })
