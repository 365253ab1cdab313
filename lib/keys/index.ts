/** `dintel/keys`: a person's keys at rest and in use. Re-exports only. */
export { type BoxFile, type BoxKind, parseBox, type ScryptFacts, type SlotType } from './boxFile.ts';
export { type IdleClock, systemIdleClock } from './idle.ts';
export { type Credentials, enrolPasskey, type PasskeyOptions, passkeysOffered, unlockWithPasskey } from './passkey.ts';
export { checkPassword, type Stretch, scryptStretch } from './password.ts';
export { newPhrase, parsePhrase, phraseOfRoot, rootOfPhrase } from './phrase.ts';
export type { NewSlot, SecretKeyMaterial, Unlock } from './slot.ts';
export { readPublicPart, Strongbox } from './strongbox.ts';
export { type SlotInfo, Vault, type VaultOptions } from './vault.ts';
export { IndexedDbVaultStore, MemoryVaultStore, type VaultStore } from './vaultStore.ts';
export { enrolWallet, unlockText, unlockWithWallet, type WalletSigner } from './wallet.ts';
