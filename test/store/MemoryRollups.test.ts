import { layer } from "../../src/store/MemoryRollups.ts"
import { rollupStoreContract } from "../contract/rollupStore.ts"

rollupStoreContract("memory", layer)
