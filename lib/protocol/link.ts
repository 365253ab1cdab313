/**
 * A link to something shared: `<origin>/open#d1.<base64url>` of
 *   CBOR [chainId, policyManager, policyId, manifestId, vk, [uri..], secret or null], the whole at most 1,500 characters.
 *
 * What stands behind # is not sent to the server of the origin, and the origin itself is ignored. A chain or contract that
 * the client does not know is refused, not followed. `secret` is the root of a throw-away Bob: whoever has the link can read.
 * Owns: the text and its checks. Owns not: fetching the manifest. Source: spec/protocol.md section 8.4.
 */
import type { PublicKey } from '../umbral/keys.ts';
import { fromBase64url, toBase64url } from './base64url.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';
import { DintelError, refuse } from './errors.ts';
import { addressIn, bytesOf, idIn, keyIn, orNull, tupleOf, uintOf, urisOf } from './fields.ts';
import { type Address, fromHex, type Hex } from './hex.ts';
import { Keyring } from './keys.ts';

/** Characters of a whole link. */
export const maxLinkLength = 1_500;
/** Places to fetch from, in a link or a notice. */
export const maxUris = 8;

/** Where a policy lives. */
export interface KnownContracts {
  readonly chainId: number;
  readonly policyManager: Address;
}

/** What a link says; the manifest proves it. */
export interface Link extends KnownContracts {
  readonly policyId: Hex;
  readonly manifestId: Hex;
  /** Alice's verifying key: what the manifest must be signed with. */
  readonly verifyingKey: PublicKey;
  readonly uris: readonly string[];
  /** A throw-away Bob, if anyone with the link may read. */
  readonly bob: Keyring | undefined;
}

/**
 * The link as text. `origin`: where the page lies that opens links, as https://app.example or https://app.example/sub; empty for a path
 * alone. Throws E_URL (no origin), E_LINK (too long), E_FIELD, E_COUNT, E_HEX, E_NUMBER.
 */
export function formatLink(origin: string, link: Link): string {
  if (!/^([a-z][a-z0-9+.-]*:\/\/[^\s?#/][^\s?#]*)?$/i.test(origin))
    refuse('E_URL', 'origin', 'scheme and host, as https://app.example', origin);
  const secret = link.bob?.toSecretBytes() ?? null;
  const body = encodeCbor([
    link.chainId,
    fromHex(link.policyManager, 20, 'policyManager'),
    fromHex(link.policyId, 32, 'policyId'),
    fromHex(link.manifestId, 32, 'manifestId'),
    link.verifyingKey.toBytes(),
    urisOf(link.uris, 'uris', maxUris),
    secret,
  ]);
  secret?.fill(0);
  const text = `${origin.replace(/\/+$/, '')}/open#d1.${toBase64url(body)}`;
  body.fill(0);
  if (text.length > maxLinkLength) refuse('E_LINK', 'link', `at most ${maxLinkLength} characters`, `${text.length}`);
  return text;
}

/**
 * Read a link, or what stands behind its #. `known`: the contracts of this client.
 * Throws E_LINK (damaged), E_VERSION (made by a newer version), E_DOMAIN (chain or contract not in the list).
 */
export function parseLink(text: string, known: readonly KnownContracts[]): Link {
  if (typeof text !== 'string') refuse('E_TYPE', 'link', 'text', typeof text);
  if (text.length > maxLinkLength) refuse('E_LINK', 'link', `at most ${maxLinkLength} characters`, `${text.length}`);
  const fragment = text.slice(text.indexOf('#') + 1);
  const [, version, data] =
    /^d(\d+)\.(.*)$/s.exec(fragment) ?? refuse('E_LINK', 'link', '#d1. and data', 'another text');
  if (version !== '1') refuse('E_VERSION', 'link', 'version 1', `version ${version?.slice(0, 8)}`);
  const bytes = fromBase64url(data as string, 'E_LINK', 'link');
  try {
    return decodeLink(bytes, known);
  } catch (error) {
    // What a damaged link damages is of no use to its reader; that the client does not know the contract is.
    if (error instanceof Error && 'code' in error && error.code === 'E_DOMAIN') throw error;
    const { field, expected, got } = error instanceof DintelError ? error : {};
    throw new DintelError('E_LINK', { field: field ? `link.${field}` : 'link', expected, got, cause: error });
  } finally {
    bytes.fill(0);
  }
}

function decodeLink(bytes: Uint8Array, known: readonly KnownContracts[]): Link {
  const [chain, manager, policy, manifest, vk, uris, secret] = tupleOf(decodeCbor(bytes), 7, 'body');
  const chainId = uintOf(chain, 'chainId', Number.MAX_SAFE_INTEGER, 1);
  const policyManager = addressIn(manager, 'policyManager');
  const link: Link = {
    chainId,
    policyManager,
    policyId: idIn(policy, 'policyId'),
    manifestId: idIn(manifest, 'manifestId'),
    verifyingKey: keyIn(vk, 'verifyingKey'),
    uris: urisOf(uris ?? null, 'uris', maxUris),
    bob: orNull(secret, (value) => {
      const root = bytesOf(value, 'secret', 32);
      const keyring = Keyring.fromRoot(root);
      root.fill(0);
      return keyring;
    }),
  };
  if (!known.some((one) => one.chainId === chainId && one.policyManager.toLowerCase() === policyManager)) {
    refuse(
      'E_DOMAIN',
      'link.policyManager',
      'a chain and contract that this client knows',
      `${policyManager} on ${chainId}`,
    );
  }
  return link;
}
