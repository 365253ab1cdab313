/** `dintel`: the people of the story and what they work with. Re-exports only. */
export * from './characters/index.ts';
export { chunkStoreOf, HttpStorage, type HttpStorageOptions } from './storage/http.ts';
export { MemoryStorage, type MemoryStorageOptions } from './storage/memory.ts';
export { type NamedPlace, type PlaceReason, PlacesStorage } from './storage/places.ts';
export type { RequestOptions } from './storage/requests.ts';
export type { ByteSpan, GetOptions, ReadableStorage, Storage, StorageOptions } from './storage/storage.ts';
export { type UploadBlob, type UploadOptions, type UploadProgress, uploadBlobs } from './storage/upload.ts';
export { fetchBlob, openUris, type UriOptions } from './storage/uris.ts';
export { ready } from './umbral/engine/current.ts';
