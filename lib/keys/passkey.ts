/**
 * A passkey as a way into a vault: the authenticator computes a secret (WebAuthn extension `prf`) that never leaves it for another
 * site, which is the best defence against phishing that a page can have.
 *
 * Owns: the two ceremonies, over an injectable `navigator.credentials`. Owns not: the slot (`slot.ts`).
 * Source: WebAuthn Level 3 sections 5.1 and 10.1.4 (prf); research/app-sdk.md section 6.
 *
 *   PRF input = S("dintel/1/keystore/prf" || salt of the slot)       secret = PRF output, 32 bytes
 *
 * Nothing is sent to a server, so the challenge only has to be there. User verification is required: without it the authenticator
 * answers by another secret.
 */
import { randomBytes } from '@noble/hashes/utils.js';
import { toBase64url } from '../protocol/base64url.ts';
import { utf8 } from '../protocol/bytes.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { sha256 } from '../protocol/hash.ts';
import { bytesOf, hexOf } from './boxFile.ts';
import { keyError } from './keyError.ts';
import { type NewSlot, newSalt, type SecretKeyMaterial, type Unlock } from './slot.ts';
import type { SlotInfo } from './vault.ts';

/** The part of `navigator.credentials` that is used. */
export type Credentials = Pick<CredentialsContainer, 'create' | 'get'>;

/** Which authenticators and which domain. */
export interface PasskeyOptions {
  /** Default: `navigator.credentials`. */
  readonly credentials?: Credentials | undefined;
  /** Domain that the passkey belongs to; default: that of the page. */
  readonly rpId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const timeoutMs = 120_000;

/** Whether this browser has passkeys at all; whether they compute secrets shows at enrolment only. */
export const passkeysOffered = (): boolean => globalThis.navigator?.credentials?.create !== undefined;

/**
 * Make a passkey and get its secret; some authenticators give it only at a second touch. Hand the result to `Vault.create` or
 * `addSlot`. Throws E_PASSKEY (no PRF here), USER_REJECTED, ABORTED.
 */
export async function enrolPasskey(
  options: PasskeyOptions & {
    /** What the browser's list shows, for instance the address of the wallet. */
    readonly user: string;
    /** Name of the site, as the browser's dialog shows it. */
    readonly rpName: string;
    /** How the slot is called. */
    readonly name?: string | undefined;
    /** Passkeys that the vault has already: the same authenticator is not enrolled twice. */
    readonly slots?: readonly SlotInfo[] | undefined;
  },
): Promise<NewSlot & SecretKeyMaterial> {
  const { rpId, signal, user, rpName, name, slots = [] } = options;
  const credentials = credentialsOf(options);
  const salt = newSalt();
  const made = await ceremony(signal, () =>
    credentials.create({
      ...(signal && { signal }),
      publicKey: {
        challenge: own(randomBytes(32)),
        rp: { name: rpName, ...(rpId !== undefined && { id: rpId }) },
        user: { id: own(randomBytes(16)), name: user, displayName: user },
        pubKeyCredParams: [
          { type: 'public-key', alg: -7 },
          { type: 'public-key', alg: -257 },
        ],
        authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
        excludeCredentials: slots.flatMap(descriptorOf),
        extensions: { prf: { eval: { first: prfInput(salt) } } },
        timeout: timeoutMs,
      },
    }),
  );
  const prf = made.getClientExtensionResults().prf;
  const id = hexOf(new Uint8Array(made.rawId));
  const first = secretIn(prf);
  if (first !== undefined) return { type: 'passkey', id, salt, secret: first, name };
  if (prf?.enabled !== true) throw keyError('E_PASSKEY', { field: 'passkey' });
  const slot = { id: '', type: 'passkey', subject: id, name: '', salt: hexOf(salt) } as const;
  const { secret } = await getSecret(credentials, [slot], options);
  return { type: 'passkey', id, salt, secret, name };
}

/** Ask for the secret of any passkey of the vault. Throws E_SLOT (there is none), E_PASSKEY, USER_REJECTED, ABORTED. */
export async function unlockWithPasskey(
  options: PasskeyOptions & { readonly slots: readonly SlotInfo[] },
): Promise<Unlock> {
  const slots = options.slots.filter(({ type }) => type === 'passkey');
  if (slots.length === 0) throw keyError('E_SLOT', { field: 'slots', expected: 'a slot of a passkey' });
  const { id, secret } = await getSecret(credentialsOf(options), slots, options);
  return { type: 'passkey', id, secret };
}

async function getSecret(
  credentials: Credentials,
  slots: readonly SlotInfo[],
  { rpId, signal }: PasskeyOptions,
): Promise<{ id: string; secret: Uint8Array }> {
  const inputs = slots.map(({ subject, salt }) => [toBase64url(bytesOf(subject)), { first: prfInput(bytesOf(salt)) }]);
  const got = await ceremony(signal, () =>
    credentials.get({
      ...(signal && { signal }),
      publicKey: {
        challenge: own(randomBytes(32)),
        ...(rpId !== undefined && { rpId }),
        allowCredentials: slots.flatMap(descriptorOf),
        userVerification: 'required',
        extensions: { prf: { evalByCredential: Object.fromEntries(inputs) } },
        timeout: timeoutMs,
      },
    }),
  );
  const secret = secretIn(got.getClientExtensionResults().prf);
  if (secret === undefined) throw keyError('E_PASSKEY', { field: 'passkey' });
  return { id: hexOf(new Uint8Array(got.rawId)), secret };
}

function descriptorOf({ type, subject }: SlotInfo): PublicKeyCredentialDescriptor[] {
  return type === 'passkey' ? [{ type: 'public-key', id: own(bytesOf(subject)) }] : [];
}

const prfInput = (salt: Uint8Array): Uint8Array<ArrayBuffer> => own(sha256(utf8('dintel/1/keystore/prf'), salt));

/** The 32 bytes, if the authenticator gave them. */
function secretIn(prf: AuthenticationExtensionsPRFOutputs | undefined): Uint8Array | undefined {
  const first = prf?.results?.first;
  if (first === undefined) return undefined;
  const bytes =
    first instanceof ArrayBuffer
      ? new Uint8Array(first)
      : new Uint8Array(first.buffer, first.byteOffset, first.byteLength);
  return bytes.length >= 32 ? bytes.slice() : undefined;
}

/** WebIDL refuses views of shared memory, so the type asks for a buffer of our own. */
const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(bytes);

function credentialsOf({ credentials }: PasskeyOptions): Credentials {
  const found = credentials ?? globalThis.navigator?.credentials;
  if (found === undefined) throw keyError('E_PASSKEY', { field: 'passkey' });
  return found;
}

/** One dialog of the browser; what it says of a refusal is not ours to repeat. */
async function ceremony(
  signal: AbortSignal | undefined,
  ask: () => Promise<Credential | null>,
): Promise<Pick<PublicKeyCredential, 'rawId' | 'getClientExtensionResults'>> {
  let answer: Credential | null;
  try {
    answer = await ask();
  } catch (cause) {
    if (signal?.aborted) throw new ProtocolError('ABORTED', { cause: signal.reason });
    const refused = cause instanceof Error && cause.name === 'NotAllowedError';
    const about = { field: 'passkey', cause };
    throw refused ? new ProtocolError('USER_REJECTED', about) : keyError('E_PASSKEY', about);
  }
  if (answer === null || !('rawId' in answer)) throw keyError('E_PASSKEY', { field: 'passkey' });
  return answer as PublicKeyCredential;
}
