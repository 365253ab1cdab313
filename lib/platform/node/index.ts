/**
 * `dintel/platform/node`: what Node adds, on its disk and with its OpenSSL: a durable journal, a place for a vault, encrypted files,
 * the machine's scrypt. Re-exports only.
 */
export { FileVaultStore } from './fileVaultStore.ts';
export { FolderJournal } from './folderJournal.ts';
export { nativeStretch } from './nativeStretch.ts';
export { savedFile, savedFileAt } from './savedFile.ts';
export { makePrivateFolder, syncFolder, writeWhole } from './wholeFile.ts';
