/**
 * What the URIs of links, notices and manifests mean, and blobs by them. Owns: that table. Owns not: fetching (each kind's file).
 *
 *   http(s)://…/    a store that takes an id behind it: a node's chunks, a bucket, a folder of a web server
 *   http(s)://…     the blob itself
 *   ipfs://         any blob by its CID, through the gateways of the reader
 *   ipfs://<cid>    this blob
 *
 * Source: protocol.md section 8.3.
 */
import type { ChunkId } from '../protocol/reservation.ts';
import { idOfCid } from './cid.ts';
import { HttpStorage, isStore } from './http.ts';
import { GatewayStorage } from './ipfs.ts';
import { type NamedPlace, PlacesStorage } from './places.ts';
import { PlainStorage } from './plain.ts';
import { hostOf, type RequestOptions } from './requests.ts';
import type { ReadableStorage, StorageOptions } from './storage.ts';

/** How places are asked that a manifest names. */
export interface UriOptions extends RequestOptions {
  /** Gateways for `ipfs://`, as `https://ipfs.example`. Default none: such places are passed over. */
  readonly gateways?: readonly string[];
  /** Milliseconds after which another store is asked beside a slow one. Default as in `HttpStorage`. */
  readonly hedgeMs?: number;
}

/**
 * Places by their URIs, to read from. The stores together are the first place, since a blob lies at some of them by a rule
 * (`placementOrder`); the others follow in their order. What this version does not know is passed over.
 */
export function openUris(uris: readonly string[], options: UriOptions = {}): ReadableStorage {
  const stores = uris.filter(isStore);
  const places: NamedPlace[] = stores.length > 0 ? [['stores', new HttpStorage({ ...options, stores })]] : [];
  for (const uri of uris) {
    if (/^https?:\/\/.*[^/]$/.test(uri) && URL.canParse(uri)) {
      places.push([hostOf(uri), new PlainStorage({ ...options, url: uri })]);
    } else if (isIpfs(uri)) {
      for (const gateway of options.gateways ?? []) {
        places.push([hostOf(gateway), new GatewayStorage({ ...options, gateway })]);
      }
    }
  }
  return new PlacesStorage(places);
}

function isIpfs(uri: string): boolean {
  if (!uri.startsWith('ipfs://')) return false;
  try {
    return uri === 'ipfs://' || idOfCid(uri.slice(7)) !== '';
  } catch {
    return false;
  }
}

/** One blob by its id. Throws STORAGE_NOT_FOUND, STORAGE_CORRUPT, NODE_UNREACHABLE, … with each place's reason in `data.places`. */
export function fetchBlob(
  id: ChunkId,
  uris: readonly string[],
  options: UriOptions & StorageOptions = {},
): Promise<Uint8Array> {
  return openUris(uris, options).get(id, { signal: options.signal });
}
