/**
 * Brands: every object begins with four ASCII bytes and one version byte. Owns: the check and its order (length, brand,
 * version). Source: spec/protocol.md section 8.
 */
import { refuse } from './errors.ts';

/** File header, file index, manifest, sealed manifest. */
export type Brand = 'DnFl' | 'DnIx' | 'DnMf' | 'DnSl';

/** Throws E_LENGTH for fewer than 5 bytes, E_BRAND for another kind of object, E_VERSION for another version than 1. */
export function checkBrand(bytes: Uint8Array, brand: Brand, field: string): void {
  if (bytes.length < 5) refuse('E_LENGTH', field, 'at least 5 bytes', `${bytes.length} bytes`);
  for (let i = 0; i < 4; i++) {
    if (bytes[i] !== brand.charCodeAt(i)) refuse('E_BRAND', field, brand, 'another brand');
  }
  if (bytes[4] !== 1) refuse('E_VERSION', field, 'version 1', `version ${bytes[4]}`);
}
