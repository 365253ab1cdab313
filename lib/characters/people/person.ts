/**
 * Somebody whom I know, as I keep him: his name for me, his address, the keys that I trust, those that I trusted before, and keys
 * that claim to be his now. Owns: the record and its bytes. Owns not: what is believed (`people.ts`).
 *
 *   CBOR [1, id, name or null, address or null, keys, [keys..], claimed or null, registryVersion]
 *   keys = [receiving 33, verifying 33, seenAt, verifiedAt]        seconds; verifiedAt 0 = the words were not compared
 */
import { type CborValue, decodeCbor, encodeCbor } from '../../protocol/cbor.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { addressIn, keyIn, listOf, orNull, textOf, tupleOf, uintOf } from '../../protocol/fields.ts';
import { type Address, fromHex } from '../../protocol/hex.ts';
import { fingerprintWords } from '../../protocol/words.ts';
import type { PublicKey } from '../../umbral/keys.ts';

/** Two keys of somebody. Units: seconds. */
export interface PersonKeys {
  readonly receivingKey: PublicKey;
  readonly verifyingKey: PublicKey;
  /** When they were first seen. */
  readonly seenAt: number;
  /** When the six words were compared; undefined: trusted on first use only. */
  readonly verifiedAt: number | undefined;
}

export interface Person {
  /** Names the record; of no meaning to anyone else. */
  readonly id: string;
  /** My name for him; at most 64 bytes. */
  readonly name: string | undefined;
  /** Only if his account signed for the keys, or registered them. */
  readonly address: Address | undefined;
  /** What I share with. */
  readonly keys: PersonKeys;
  /** What I trusted before, newest first: old grants and notices are under these. */
  readonly earlier: readonly PersonKeys[];
  /** Keys that appeared in the registry or on a card since: nothing is shared until the words were compared. */
  readonly claimed: PersonKeys | undefined;
  /** The newest registration of `address` that was looked at; 0 = none. */
  readonly registryVersion: number;
}

/** Keys that one person may have had. */
const maxEarlierKeys = 64;

/** Six words to compare by voice. */
export const wordsOf = ({ receivingKey, verifyingKey }: PersonKeys): readonly string[] =>
  fingerprintWords(receivingKey, verifyingKey);

export const sameKeys = (a: PersonKeys, b: Pick<PersonKeys, 'receivingKey' | 'verifyingKey'>): boolean =>
  a.receivingKey.equals(b.receivingKey) && a.verifyingKey.equals(b.verifyingKey);

const keysValue = (keys: PersonKeys): CborValue => [
  keys.receivingKey.toBytes(),
  keys.verifyingKey.toBytes(),
  keys.seenAt,
  keys.verifiedAt ?? 0,
];

/** The record as a value. Throws E_FIELD, E_LENGTH for a name that is none. */
export function personValue(person: Person): CborValue {
  const { id, name, address, keys, earlier, claimed, registryVersion } = person;
  return [
    1,
    id,
    name === undefined ? null : textOf(name, 'name', 64),
    address === undefined ? null : fromHex(address, 20, 'address'),
    keysValue(keys),
    earlier.slice(0, maxEarlierKeys).map(keysValue),
    claimed === undefined ? null : keysValue(claimed),
    registryVersion,
  ];
}

/** Throws VERSION_UNSUPPORTED, E_FIELD, E_COUNT, E_LENGTH, E_NUMBER. */
export function personOf(value: CborValue): Person {
  const [version, id, name, address, keys, earlier, claimed, registryVersion] = tupleOf(value, 8, 'person');
  if (version !== 1) throw new ProtocolError('VERSION_UNSUPPORTED', { field: 'person.version', expected: '1' });
  if (typeof id !== 'string' || !/^[0-9a-f]{32}$/.test(id)) {
    throw new ProtocolError('E_FIELD', { field: 'person.id', expected: '32 hex digits' });
  }
  return {
    id,
    name: orNull(name, (text) => textOf(text, 'person.name', 64)),
    address: orNull(address, (bytes) => addressIn(bytes, 'person.address')),
    keys: keysOf(keys ?? null, 'person.keys'),
    earlier: listOf(earlier ?? null, maxEarlierKeys, 'person.earlier').map((one) => keysOf(one, 'person.earlier')),
    claimed: orNull(claimed, (one) => keysOf(one, 'person.claimed')),
    registryVersion: uintOf(registryVersion, 'person.registryVersion', 2 ** 32 - 1),
  };
}

function keysOf(value: CborValue, field: string): PersonKeys {
  const [receiving, verifying, seenAt, verifiedAt] = tupleOf(value, 4, field);
  const compared = uintOf(verifiedAt, `${field}.verifiedAt`, 2 ** 40);
  const keys = {
    receivingKey: keyIn(receiving, `${field}.receiving`),
    verifyingKey: keyIn(verifying, `${field}.verifying`),
    seenAt: uintOf(seenAt, `${field}.seenAt`, 2 ** 40),
    verifiedAt: compared === 0 ? undefined : compared,
  };
  if (keys.receivingKey.equals(keys.verifyingKey)) {
    throw new ProtocolError('E_FIELD', { field, expected: 'two different keys', got: 'one' });
  }
  return keys;
}

export const encodePerson = (person: Person): Uint8Array => encodeCbor(personValue(person), 'person');
export const decodePerson = (bytes: Uint8Array): Person => personOf(decodeCbor(bytes, 'person'));
