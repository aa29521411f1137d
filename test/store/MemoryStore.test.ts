import { messageStoreContract } from "../contract/messageStore.ts"
import { layer } from "../../src/store/MemoryStore.ts"

messageStoreContract("memory", layer)
