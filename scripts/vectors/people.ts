/** Keys, contracts and Umbral objects that all vectors share. Test values only: every secret here is public. */
import { readFileSync } from 'node:fs';
import { addressOf, type Contracts, concatBytes, fromHex, type Hex, keccak, sha256, utf8 } from 'dintel/protocol';
import { SecretKey } from 'dintel/umbral';

/** A fixed secret: S(text). */
export const secretOf = (name: string): SecretKey => SecretKey.fromBytes(sha256(utf8(`dintel vector ${name}`)));
/** A fixed 32-byte word: K(text). */
export const wordOf = (name: string): Hex => keccak(utf8(`dintel vector ${name}`));
/** A fixed address that nobody signs for. */
export const placeOf = (name: string): Hex => `0x${wordOf(name).slice(26)}`;

export const contractsOn = (chainId: number): Required<Contracts> => ({
  chainId,
  adjudicator: placeOf('adjudicator'),
  policyManager: placeOf('policyManager'),
  escrow: placeOf('escrow'),
  keyRegistry: placeOf('keyRegistry'),
});

interface UmbralCase {
  readonly delegating_sk: string;
  readonly receiving_sk: string;
  readonly signing_sk: string;
  readonly capsule: string;
  readonly kfrags: readonly string[];
  readonly cfrags: readonly string[];
}

const file = new URL('../../test/vectors/umbral-deterministic.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: readonly UmbralCase[] };

const bytes = (hex: string): Uint8Array => fromHex(`0x${hex}`);

/** Fields of a MessagePack object at their offsets, in a row: the simple forms of spec/umbral.md section 10. */
const pick = (object: Uint8Array, ...fields: readonly (readonly [number, number])[]): Uint8Array =>
  concatBytes(...fields.map(([at, length]) => object.subarray(at, at + length)));
const simpleCapsule = (capsule: Uint8Array): Uint8Array => pick(capsule, [3, 33], [38, 33], [73, 32]);
const simpleCfrag = (cfrag: Uint8Array): Uint8Array =>
  pick(cfrag, [3, 33], [38, 33], [73, 32], [107, 33], [143, 33], [178, 33], [213, 33], [248, 33], [283, 32], [317, 64]);

/** One run of Umbral with both keys signed in its kfrags: number of the case in umbral-deterministic.json. */
export function umbralRun(index: number) {
  const run = cases[index]!;
  const delegating = SecretKey.fromBytes(bytes(run.delegating_sk));
  const receiving = SecretKey.fromBytes(bytes(run.receiving_sk));
  const signing = SecretKey.fromBytes(bytes(run.signing_sk));
  return {
    delegating,
    receiving,
    signing,
    keys: [delegating.publicKey.toBytes(), receiving.publicKey.toBytes(), signing.publicKey.toBytes()] as const,
    capsule: simpleCapsule(bytes(run.capsule)),
    kfrags: run.kfrags.map(bytes),
    cfrags: run.cfrags.map((cfrag) => simpleCfrag(bytes(cfrag))),
  };
}

export const operator = secretOf('operator');
export const operatorAddress = addressOf(operator.publicKey);
