/**
 * A person's keys in the registry: published once, replaced by newer ones, read by whoever wants to share.
 *
 * Owns: publishing with proof of possession, by transaction or by signature (gasless: anyone may hand it in), lookup, history.
 * Owns not: whom to believe (`people.ts`), the contract (lib/chain). Source: protocol.md sections 4 and 5.4.
 *
 * The contract takes keys only with a KeyPossession signed by each of them for this owner and version, so what it answers is proven
 * to be held; a lookup checks again that they are two different points.
 */
import type { Chain, ChainReader, SentTransaction } from '../../chain/chain.ts';
import type { KeyPairProof } from '../../chain/keyRegistry.ts';
import { keyPairHash } from '../../protocol/card.ts';
import { compactSignature } from '../../protocol/compactSignature.ts';
import { type Address, fromHex, type Hex, toHex } from '../../protocol/hex.ts';
import type { Keyring } from '../../protocol/keys.ts';
import type { Contracts } from '../../protocol/messages.ts';
import { signTyped, type WalletTypedData, walletTypedData } from '../../protocol/typed.ts';
import { fingerprintWords } from '../../protocol/words.ts';
import type { PublicKey } from '../../umbral/keys.ts';
import type { Network } from '../network.ts';
import { allRegisteredKeys } from './allRegisteredKeys.ts';
import { newestKeys, type RegistryKeys } from './registryKeys.ts';

/** Keys as the registry has them, and how people compare them. */
export interface PublishedKeys extends RegistryKeys {
  /** Six words to compare by voice. */
  readonly words: readonly string[];
}

/** A registration that its owner has signed: any account may send it until the deadline. Units: seconds. */
export interface SignedRegistration {
  readonly owner: Address;
  readonly keys: KeyPairProof;
  readonly version: number;
  readonly deadline: number;
  readonly signature: Uint8Array;
}

/** Which keys to publish. */
export interface PublishOptions {
  readonly keyring: Keyring;
  /** Version of the derivation, not of the registry. Default 0. */
  readonly keyVersion?: number | undefined;
}

/** The newest keys of an account, or undefined. Throws E_FIELD (the registry answers with what are no keys), `ChainError`. */
export async function lookupKeys(network: Network, owner: Address): Promise<PublishedKeys | undefined> {
  const found = await newestKeys(network, owner);
  return found && withWords(found);
}

/** All keys that an account ever registered, oldest first. Throws E_FIELD, `ChainError`. */
export async function keyHistory(network: Network, owner: Address): Promise<readonly PublishedKeys[]> {
  return (await allRegisteredKeys(network, owner)).map(withWords);
}

/**
 * Publish keys for this account, in place of older ones. Resolves with `undefined` if these very keys stand there already.
 * Throws `ChainError`, KEY_LOCKED.
 */
export async function publishKeys(
  network: Network<Chain>,
  options: PublishOptions,
): Promise<SentTransaction | undefined> {
  const next = await nextRegistration(network, network.chain.account, options);
  return next && network.keyRegistry.register(next.keys, next.version);
}

/**
 * The same for an owner who pays nothing: his wallet signs, anyone sends. `sign` is signTypedData of his wallet.
 * `undefined` if these keys stand there already. Units: `validForS` seconds by the chain's clock, default an hour.
 */
export async function signRegistration(
  network: Network,
  options: PublishOptions & {
    readonly owner: Address;
    readonly sign: (data: WalletTypedData) => Promise<Hex>;
    readonly validForS?: number | undefined;
  },
): Promise<SignedRegistration | undefined> {
  const { owner, sign, validForS = 3_600 } = options;
  const next = await nextRegistration(network, owner, options);
  if (next === undefined) return undefined;
  const { timestamp } = await network.now();
  const deadline = timestamp + validForS;
  const message = { owner, keys: next.hash, version: next.version, deadline };
  const signature = fromHex(await sign(walletTypedData('KeyRegistration', network.contracts, message)));
  return { owner, keys: next.keys, version: next.version, deadline, signature };
}

/** Hand in what an owner has signed; this account pays. Throws `ChainError` (`revert` BadSignature, BadVersion, ExpiredSignature). */
export function sendRegistration(network: Network<Chain>, signed: SignedRegistration): Promise<SentTransaction> {
  return network.keyRegistry.registerFor(signed);
}

async function nextRegistration(network: Network<ChainReader>, owner: Address, options: PublishOptions) {
  const { keyring, keyVersion = 0 } = options;
  const [receiving, verifying] = [keyring.receiving(keyVersion), keyring.verifying(keyVersion)];
  const [receivingKey, verifyingKey] = [receiving.publicKey, verifying.publicKey];
  const last = await newestKeys(network, owner);
  if (last?.receivingKey.equals(receivingKey) && last.verifyingKey.equals(verifyingKey)) return undefined;
  const version = (last?.version ?? 0) + 1;
  const hash = keyPairHash(receivingKey, verifyingKey);
  const message = { owner: owner.toLowerCase() as Address, keys: hash, version };
  const proof = (key: typeof receiving, contracts: Contracts) =>
    compactSignature(signTyped('KeyPossession', key, contracts, message));
  const [byReceiving, byVerifying] = [proof(receiving, network.contracts), proof(verifying, network.contracts)];
  const [rx, ry] = affine(receivingKey);
  const [vx, vy] = affine(verifyingKey);
  const keys: KeyPairProof = {
    ...{ rx, ry, vx, vy },
    ...{ rr: byReceiving.r, rvs: byReceiving.vs, vr: byVerifying.r, vvs: byVerifying.vs },
  };
  return { keys, version, hash };
}

function affine(key: PublicKey): [bigint, bigint] {
  const point = key.toUncompressed();
  return [BigInt(toHex(point.subarray(0, 32))), BigInt(toHex(point.subarray(32)))];
}

const withWords = (keys: RegistryKeys): PublishedKeys => ({
  ...keys,
  words: fingerprintWords(keys.receivingKey, keys.verifyingKey),
});
