/**
 * `/v1/sealed`: one of the JSON requests and its answer, hidden from whoever stands between Bob and the node. Owns: both envelopes,
 * the client's half too, so that they stand side by side. Owns not: what is inside. Source: protocol.md section 7.
 *
 *   request   u32be(keyNumber) || SEAL(nodeKey, "request", "", CBOR [path, body, replyKey 33])
 *   answer    SEAL(replyKey, "answer", S(request octets), CBOR [status, body])
 */
import {
  type CborValue,
  concatBytes,
  decodeCbor,
  encodeCbor,
  maxPathBytes,
  openSeal,
  ProtocolError,
  seal,
  sha256,
  u32be,
} from '../../protocol/index.ts';
import { PublicKey, SecretKey } from '../../umbral/index.ts';
import type { KeyRing, Observer } from './ports.ts';

/** What was inside, and how to answer it. */
export interface SealedRequest {
  readonly path: string;
  readonly body: Uint8Array;
  /** The octets of the answer. */
  reply(status: number, body: Uint8Array): Uint8Array;
}

const nothing = new Uint8Array();

/** Throws E_SEAL (short, malformed, for another key), E_KEY_NUMBER (erased or not yet made). */
export function openSealedRequest(
  ports: { readonly keys: Pick<KeyRing, 'encryptingSecret'>; readonly observer?: Observer },
  octets: Uint8Array,
): SealedRequest {
  if (octets.length < 4) throw new ProtocolError('E_SEAL', { field: 'body' });
  const keyNumber = new DataView(octets.buffer, octets.byteOffset).getUint32(0);
  const secret = ports.keys.encryptingSecret(keyNumber);
  if (secret === undefined) throw new ProtocolError('E_KEY_NUMBER', { field: 'body', data: { keyNumber } });
  try {
    ports.observer?.secretUsed?.('seal');
    const key = SecretKey.fromBytes(secret);
    let inside: CborValue;
    try {
      inside = decodeCbor(openSeal(key, 'request', nothing, octets.subarray(4)));
    } finally {
      key.dispose();
    }
    const [path, body, replyKey] = partsOf(inside);
    const recipient = PublicKey.fromBytes(replyKey);
    const aad = sha256(octets);
    return {
      path,
      body,
      reply: (status, answer) => seal(recipient, 'answer', aad, encodeCbor([status, answer])),
    };
  } catch (error) {
    throw new ProtocolError('E_SEAL', { field: 'body', cause: error });
  } finally {
    secret.fill(0);
  }
}

function partsOf(value: CborValue): [string, Uint8Array, Uint8Array] {
  const [path, body, replyKey, ...more] = Array.isArray(value) ? (value as readonly CborValue[]) : [];
  const whole = typeof path === 'string' && body instanceof Uint8Array && replyKey instanceof Uint8Array;
  if (!whole || more.length > 0 || path.length > maxPathBytes) throw new ProtocolError('E_SEAL', { field: 'body' });
  return [path, body, replyKey];
}

/** The client's half: octets to send, and how to open what comes back. `encryptingKey` and `keyNumber` as announced. */
export function sealRequest(of: { encryptingKey: PublicKey; keyNumber: number; path: string; body: Uint8Array }): {
  readonly octets: Uint8Array;
  open(answer: Uint8Array): { readonly status: number; readonly body: Uint8Array };
} {
  const replyKey = SecretKey.random();
  const inside = encodeCbor([of.path, of.body, replyKey.publicKey.toBytes()]);
  const octets = concatBytes(u32be(of.keyNumber, 'keyNumber'), seal(of.encryptingKey, 'request', nothing, inside));
  return {
    octets,
    open(answer) {
      const value = decodeCbor(openSeal(replyKey, 'answer', sha256(octets), answer));
      const [status, body] = Array.isArray(value) ? (value as readonly CborValue[]) : [];
      if (typeof status !== 'number' || !(body instanceof Uint8Array)) throw new ProtocolError('E_SEAL');
      return { status, body };
    },
  };
}
