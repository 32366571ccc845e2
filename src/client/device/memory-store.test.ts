import { deviceStoreContract } from './device-store.contract.ts';
import { MemoryStore } from './memory-store.ts';

deviceStoreContract(async () => new MemoryStore());
