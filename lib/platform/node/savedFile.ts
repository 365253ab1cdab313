/**
 * Encrypted files on disk. Owns: writing them whole, reading places of them. Owns not: encryption (`Enrico`), naming the parts
 * (`characters/sealedFile.ts`).
 */
import { open, stat } from 'node:fs/promises';
import { openSealedFile, type SealedFile } from '../../characters/sealedFile.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { ByteRange } from '../../protocol/fileSeek.ts';
import { writeWhole } from './wholeFile.ts';

type Options = Parameters<typeof openSealedFile>[1];

/**
 * What `Alice.encrypt` or `Enrico.encrypt` gives, written to disk as a `.dintel` file in constant memory, and opened from there: granting
 * survives a crash, since {@link savedFileAt} of the same path gives the same file to `Alice.resume`. Durable when it resolves; a file
 * that is cut short leaves nothing at `path`. Throws as {@link openSealedFile}, and what Node says of the disk.
 */
export async function savedFile(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  path: string,
  options: Options = {},
): Promise<SealedFile> {
  await writeWhole(path, stream);
  return savedFileAt(path, options);
}

/** A `.dintel` file on disk, to be granted or to go on with: read in pieces, never whole. Throws as {@link openSealedFile}, ENOENT and kin. */
export async function savedFileAt(path: string, options: Options = {}): Promise<SealedFile> {
  return openSealedFile(await rangeOf(path), options);
}

async function rangeOf(path: string): Promise<ByteRange> {
  const { size } = await stat(path);
  return {
    size,
    async read(offset, length) {
      const bytes = new Uint8Array(length);
      const file = await open(path, 'r');
      try {
        for (let got = 0; got < length; ) {
          const { bytesRead } = await file.read(bytes, got, length - got, offset + got);
          if (bytesRead === 0) throw new ProtocolError('E_LENGTH', { field: 'file', expected: `${size} bytes` });
          got += bytesRead;
        }
      } finally {
        await file.close();
      }
      return bytes;
    },
  };
}
