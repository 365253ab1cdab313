/**
 * Blobs to a store, resumably: what is there is not sent again, so an upload that was interrupted goes on where it ended. Owns:
 * order, progress. Owns not: retries of a request (`requests.ts`), reservations and copies at nodes (`alice/publish.ts`).
 */
import type { FileBlob } from '../protocol/fileEncrypt.ts';
import { inOrder } from '../protocol/streams.ts';
import type { Storage } from './storage.ts';

/** Bytes that are named, at hand or to be read when they are missing there. */
export interface UploadBlob extends Pick<FileBlob, 'id'> {
  readonly bytes: Uint8Array | ((signal: AbortSignal | undefined) => Promise<Uint8Array>);
}

/** Units: bytes and blobs since the beginning of this upload. */
export interface UploadProgress {
  readonly blobs: number;
  readonly sentBytes: number;
  /** Blobs that were there. */
  readonly present: number;
}

/** What is uploaded, where to, how much at once. */
export interface UploadOptions {
  readonly storage: Storage;
  /** `encryptFile(…)`, or parts of a sealed file. One stream can be uploaded once: its key is fresh each time. */
  readonly blobs: AsyncIterable<UploadBlob> | Iterable<UploadBlob>;
  /** Blobs under way at once, all in memory. Default 3. */
  readonly width?: number;
  readonly onProgress?: (progress: UploadProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Resolves when every blob is there. Throws what the store throws, at once; what was sent until then need not be sent again. */
export async function uploadBlobs(options: UploadOptions): Promise<UploadProgress> {
  const { storage, signal, onProgress } = options;
  let progress: UploadProgress = { blobs: 0, sentBytes: 0, present: 0 };
  const bring = async (blob: UploadBlob): Promise<number> => {
    const id = blob.id.slice(2);
    if (await storage.has(id, { signal })) return 0;
    const bytes = typeof blob.bytes === 'function' ? await blob.bytes(signal) : blob.bytes;
    await storage.put(id, bytes, { signal });
    return bytes.length;
  };
  for await (const sent of inOrder(options.blobs, options.width ?? 3, bring, signal)) {
    const { blobs, sentBytes, present } = progress;
    progress = { blobs: blobs + 1, sentBytes: sentBytes + sent, present: present + (sent === 0 ? 1 : 0) };
    onProgress?.(progress);
  }
  return progress;
}
