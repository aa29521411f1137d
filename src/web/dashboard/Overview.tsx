/** All figures of everything. What is seen first comes first, also over the wire. */
import { lazy, Suspense } from "react"
import styles from "./Overview.module.css"
import { Messages } from "./sections/Messages.tsx"
import { Tiles } from "./Tiles.tsx"

const People = lazy(() => import("./sections/People.tsx"))
const Rankings = lazy(() => import("./sections/Rankings.tsx"))
const Delivery = lazy(() => import("./sections/Delivery.tsx"))

export const Overview = () => (
  <>
    <Tiles />
    <Messages />
    <Suspense fallback={<div className={styles["coming"]} />}>
      <People />
      <Rankings />
      <Delivery />
    </Suspense>
  </>
)
