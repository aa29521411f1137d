/** How far a client has followed a room: its last message, and the version up to which it knows of changes, where it keeps one. */
import { Schema } from "effect"
import { Position, Seq } from "./Position.ts"

export const ResumePoint = Schema.Struct({ ...Position.fields, version: Schema.optionalKey(Seq) })
export type ResumePoint = typeof ResumePoint.Type
