/** What stood in KeyRegistry for an account, ever. Owns: reading all of it. Owns not: the newest (`registryKeys.ts`). */
import type { Address } from '../../protocol/hex.ts';
import type { Network } from '../network.ts';
import { keysIn, type RegistryKeys } from './registryKeys.ts';

/** All keys that an account ever registered, oldest first. Throws as {@link newestKeys}. */
export async function allRegisteredKeys(network: Network, owner: Address): Promise<readonly RegistryKeys[]> {
  const last = await network.keyRegistry.keysOf(owner);
  if (last === undefined) return [];
  const versions = Array.from({ length: last.version - 1 }, (_, i) => i + 1);
  const earlier = await Promise.all(versions.map((version) => network.keyRegistry.keysAt(owner, version)));
  return [...earlier.flatMap((keys) => keys ?? []), last].map((keys) => keysIn(owner, keys));
}
