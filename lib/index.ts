/** `dintel`: the people of the story and what they work with. Re-exports only. */
export * from './characters/index.ts';
export { chunkStoreOf, fetchBlob, HttpStorage, type HttpStorageOptions } from './storage/http.ts';
export { MemoryStorage } from './storage/memory.ts';
export type { ByteSpan, Storage, StorageOptions } from './storage/storage.ts';
