/**
 * Enrico: encrypts for a label's key, and knows no secret, no policy, no network, not even who will read.
 *
 * Owns: his verbs. Owns not: the file's format (protocol/fileEncrypt.ts), the scheme (umbral).
 * Source: DESIGN sections 2 and 7; protocol.md sections 8.1 and 8.2.
 */

import { checkUint } from '../../protocol/bytes.ts';
import { came } from '../../protocol/came.ts';
import { refuse } from '../../protocol/errors.ts';
import { type EncryptFileOptions, encryptToStream } from '../../protocol/fileEncrypt.ts';
import { maxFileSize } from '../../protocol/fileHeader.ts';
import { fromHex } from '../../protocol/hex.ts';
import { type ByteSource, checkSignal, checkSource } from '../../protocol/streams.ts';
import type { Capsule } from '../../umbral/capsule.ts';
import { encrypt } from '../../umbral/encrypt.ts';
import { PublicKey } from '../../umbral/keys.ts';
import type { OnProgress } from '../progress.ts';

/** What a file says of itself, and who is told how far it is. */
export interface EncryptOptions extends EncryptFileOptions {
  readonly onProgress?: OnProgress | undefined;
}

/** Enrico encrypts for a label's public key, and knows no secret, no policy, no network, not even who will read. */
export class Enrico {
  /** The label's key: whatever he encrypts, Alice can open and delegate. */
  readonly delegatingKey: PublicKey;

  /** Shape: a key, or its 33 bytes as hex, as Alice hands it out. Throws E_FIELD, E_HEX, UmbralError `parse`. */
  constructor(delegatingKey: PublicKey | string) {
    const key: unknown = delegatingKey;
    if (typeof key === 'string') this.delegatingKey = PublicKey.fromBytes(fromHex(key, 33, 'delegatingKey'));
    else if (key instanceof PublicKey) this.delegatingKey = key;
    else refuse('E_FIELD', 'delegatingKey', 'a PublicKey, or its bytes as hex', came(key));
  }

  /**
   * A file as a `.dintel` stream, in constant memory. Throws E_FIELD for options of another shape. Errors of the stream: E_LENGTH (not of the size given), E_TOO_LARGE
   * (32 GiB), E_FIELD (name), ABORTED, the source's own.
   */
  encrypt(
    source: ByteSource,
    options: Omit<EncryptOptions, 'delegatingKey'> = {},
  ): ReadableStream<Uint8Array<ArrayBuffer>> {
    checkSource(source);
    const { onProgress, ...file } = options;
    checkSignal(file.signal);
    for (const name of ['size', 'suite'] as const) if (file[name] !== undefined) checkUint(file[name], 53, name);
    const stream = encryptToStream(source, { ...file, delegatingKey: this.delegatingKey });
    if (!onProgress) return stream;
    let done = 0;
    return stream.pipeThrough(
      new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform(chunk, controller) {
          done = Math.min(done + chunk.length, maxFileSize);
          onProgress({ type: 'encrypt.bytes', done, total: file.size });
          controller.enqueue(chunk);
        },
      }),
    );
  }

  /** A short message, bit for bit as the reference makes it. */
  encryptMessage(plaintext: Uint8Array): { readonly capsule: Capsule; readonly ciphertext: Uint8Array } {
    return encrypt(this.delegatingKey, plaintext);
  }
}
