import { layer } from "../../src/store/MemoryRecords.ts"
import { recordStoreContract } from "../contract/recordStore.ts"

recordStoreContract("memory", layer)
