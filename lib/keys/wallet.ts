/**
 * A wallet's signature as a way into a vault. It unlocks and never is the key: without the box it opens nothing, and the text that it
 * signs holds the salt of one slot, which lies in the box, so that no other site can ask for the same signature.
 *
 * Owns: the text, which wallets can do this. Owns not: the wallet. Source: research/app-sdk.md section 6 (caveats 1 to 4);
 * EIP-191, EIP-4361 (its form makes wallets warn when the site is another).
 *
 * Refused: contract wallets (their signatures are opaque and change) and wallets that sign differently each time.
 * `secret` = r || s with low s: v and high s are written in two ways by different wallets.
 */
import { checksumAddress } from '../protocol/address.ts';
import { concatBytes, utf8 } from '../protocol/bytes.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { keccak } from '../protocol/hash.ts';
import { type Address, fromHex, type Hex } from '../protocol/hex.ts';
import { recoverAddress } from '../protocol/signature.ts';
import { bytesOf, hexOf } from './boxFile.ts';
import { keyError } from './keyError.ts';
import type { NewSlot, SecretKeyMaterial, Unlock } from './slot.ts';
import { newSalt } from './slot.ts';
import type { SlotInfo } from './vault.ts';

/** The little that is asked of a wallet. `signMessage` is personal_sign (EIP-191) of the text. */
export interface WalletSigner {
  readonly address: Address;
  signMessage(text: string): Promise<Hex>;
  /** eth_getCode of the address: a contract cannot do this. Asked at enrolment. */
  code?(): Promise<Hex>;
}

/** What a wallet shows. `domain`: host of the page, as `location.host`. */
export function unlockText(domain: string, address: Address, salt: Uint8Array): string {
  if (!/^[a-zA-Z0-9.:[\]-]{1,255}$/.test(domain)) {
    throw new ProtocolError('E_FIELD', { field: 'domain', expected: 'a host', got: 'another text' });
  }
  return [
    `${domain} wants you to sign in with your Ethereum account:`,
    checksumAddress(address),
    '',
    'Unlock my encryption key on this site. Never sign this elsewhere. It costs nothing.',
    '',
    `URI: https://${domain}`,
    'Version: 1',
    'Chain ID: 1',
    `Nonce: ${hexOf(salt)}`,
    'Issued At: 2026-01-01T00:00:00.000Z',
  ].join('\n');
}

/**
 * Ask a wallet for a new slot: two signatures, which must be the same. Hand the result to `Vault.create` or `addSlot`.
 * Throws SIGNER_IS_CONTRACT, SIGNER_NOT_DETERMINISTIC, E_SIGNATURE (by another account), E_FIELD, and what the wallet throws.
 */
export async function enrolWallet(
  signer: WalletSigner,
  options: { readonly domain: string; readonly name?: string | undefined },
): Promise<NewSlot & SecretKeyMaterial> {
  const code = await signer.code?.();
  // EIP-7702: code that only points elsewhere is that of an account with a key.
  if (code !== undefined && code !== '0x' && !code.startsWith('0xef0100')) throw isContract();
  const salt = newSalt();
  const text = unlockText(options.domain, signer.address, salt);
  const secret = secretOf(signer.address, text, await signer.signMessage(text));
  const again = secretOf(signer.address, text, await signer.signMessage(text));
  const differs = again.some((byte, place) => byte !== secret[place]);
  again.fill(0);
  if (differs) {
    secret.fill(0);
    throw keyError('SIGNER_NOT_DETERMINISTIC', { field: 'signer' });
  }
  return { type: 'wallet', id: signer.address.slice(2).toLowerCase(), salt, secret, name: options.name };
}

/** One signature that opens a slot of this wallet. Throws E_SLOT (none of its address), E_SIGNATURE, SIGNER_IS_CONTRACT, and what the wallet throws. */
export async function unlockWithWallet(
  signer: WalletSigner,
  options: { readonly domain: string; readonly slots: readonly SlotInfo[] },
): Promise<Unlock> {
  const id = signer.address.slice(2).toLowerCase();
  const slot = options.slots.find((one) => one.type === 'wallet' && one.subject === id);
  if (slot === undefined) {
    throw keyError('E_SLOT', { field: 'slots', expected: 'a slot of this wallet', got: signer.address });
  }
  const text = unlockText(options.domain, signer.address, bytesOf(slot.salt));
  return { type: 'wallet', id, secret: secretOf(signer.address, text, await signer.signMessage(text)) };
}

/** r || s with low s, if this account signed this text. */
function secretOf(address: Address, text: string, signature: Hex): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = fromHex(signature.toLowerCase() as Hex);
  } catch {
    throw isContract();
  }
  if (bytes.length !== 65) throw isContract();
  const rs = lowS(bytes);
  const message = utf8(text);
  const digest = keccak(utf8(`\u0019Ethereum Signed Message:\n${message.length}`), message);
  for (const v of [27, 28]) {
    try {
      if (recoverAddress(digest, concatBytes(rs, Uint8Array.of(v))) === address.toLowerCase()) return rs;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
    }
  }
  throw new ProtocolError('E_SIGNATURE', { field: 'signer', expected: `a signature by ${address}`, got: 'another' });
}

const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

function lowS(signature: Uint8Array): Uint8Array {
  const rs = signature.slice(0, 64);
  const s = BigInt(`0x${hexOf(rs.subarray(32))}`);
  if (s > order / 2n && s < order) rs.set(bytesOf((order - s).toString(16).padStart(64, '0')), 32);
  return rs;
}

function isContract(): ProtocolError {
  return keyError('SIGNER_IS_CONTRACT', { field: 'signer' });
}
