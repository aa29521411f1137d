/** Where and by whom most was said. */
import styles from "../Overview.module.css"
import { Concentration, TopRooms, TopUsers } from "../panels/Rankings.tsx"

const Rankings = () => {
  return (
    <>
      <h2 className={styles["section"]}>Rooms and people</h2>
      <TopRooms />
      <TopUsers />
      <Concentration />
    </>
  )
}

export default Rankings
