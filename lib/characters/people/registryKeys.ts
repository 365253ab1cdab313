/**
 * Keys as they stand in KeyRegistry. Owns: reading them, and that they are keys. Owns not: publishing and the words to compare them by
 * (`registry.ts`), whom to believe (`people.ts`). Source: spec/protocol.md section 5.4.
 */
import type { RegisteredKeys } from '../../chain/keyRegistry.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { Address } from '../../protocol/hex.ts';
import { PublicKey } from '../../umbral/keys.ts';
import type { Network } from '../network.ts';

/** Units: `since` seconds. `version` counts registrations from 1. */
export interface RegistryKeys {
  readonly owner: Address;
  readonly receivingKey: PublicKey;
  readonly verifyingKey: PublicKey;
  readonly version: number;
  readonly since: number;
}

/** The newest keys of an account, or undefined. Throws E_FIELD (the registry answers with what are no keys), `ChainError`. */
export async function newestKeys(network: Network, owner: Address): Promise<RegistryKeys | undefined> {
  const found = await network.keyRegistry.keysOf(owner);
  return found && keysIn(owner, found);
}

/** Internal. */
export function keysIn(owner: Address, keys: RegisteredKeys): RegistryKeys {
  let pair: [PublicKey, PublicKey];
  try {
    pair = [PublicKey.fromBytes(keys.receiving), PublicKey.fromBytes(keys.verifying)];
  } catch (cause) {
    throw new ProtocolError('E_FIELD', { field: 'registry.keys', expected: 'two points of secp256k1', cause });
  }
  const [receivingKey, verifyingKey] = pair;
  if (receivingKey.equals(verifyingKey)) {
    throw new ProtocolError('E_FIELD', { field: 'registry.keys', expected: 'two different keys', got: 'one' });
  }
  const { version, since } = keys;
  return { owner: owner.toLowerCase() as Address, receivingKey, verifyingKey, version, since };
}
