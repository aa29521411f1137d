/** The search of a room, whose code comes when the page has nothing better to do, or else when it is first opened. */
import { lazy } from "react"

export const loadRoomSearch = () => import("./RoomSearch.tsx")

export const LateRoomSearch = lazy(async () => ({ default: (await loadRoomSearch()).RoomSearch }))
