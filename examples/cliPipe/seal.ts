/** Encrypts standard input for a label's key, in constant memory: `cat film | npx node examples/cliPipe/seal.ts KEY > film.dintel` */
import { Readable, Writable } from 'node:stream';
import { Enrico } from 'dintel';

/** `key`: the 33 bytes of a delegating key as hex; it is public. */
export function seal(key: string, input: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  return new Enrico(key).encrypt(input);
}

if (import.meta.main) {
  const key = process.argv[2];
  if (key === undefined)
    throw new Error('Give the key to encrypt for: npx node examples/cliPipe/open.ts LABEL key prints it.');
  const input = Readable.toWeb(process.stdin) as ReadableStream<Uint8Array>;
  await seal(key, input).pipeTo(Writable.toWeb(process.stdout));
}
