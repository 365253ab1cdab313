/** `dintel/platform/browser`: what a browser keeps on its device: a durable journal, encrypted files, a vault. Re-exports only. */
export { IndexedDbVaultStore } from '../../keys/vaultStore.ts';
export { type BlobStore, IndexedDbPlace } from './indexedDbPlace.ts';
