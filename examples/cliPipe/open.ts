/**
 * Decrypts what was sealed for one of one's own labels: `npx node examples/cliPipe/open.ts LABEL < film.dintel > film`. Nobody needs a
 * node for that. With `key` after the label it prints the key to seal for. DINTEL_ROOT names a file of 32 secret bytes.
 */
import { readFile } from 'node:fs/promises';
import { Readable, Writable } from 'node:stream';
import { Keyring } from 'dintel';
import { decryptStream, openFile, openFileKey, readFileHeader, toHex } from 'dintel/protocol';

export async function open(
  keyring: Keyring,
  label: string,
  input: ReadableStream<Uint8Array>,
): Promise<ReadableStream<Uint8Array>> {
  const { header, rest } = await readFileHeader(input);
  const fileKey = openFileKey(keyring.delegating(label), header);
  const file = await openFile(header, fileKey);
  fileKey.fill(0);
  return decryptStream(file, rest);
}

if (import.meta.main) {
  const [label = '', what] = process.argv.slice(2);
  const root = await readFile(process.env.DINTEL_ROOT ?? '');
  const keyring = Keyring.fromRoot(root);
  root.fill(0);
  if (what === 'key') console.log(toHex(keyring.delegating(label).publicKey.toBytes()));
  else {
    const input = Readable.toWeb(process.stdin) as ReadableStream<Uint8Array>;
    await (await open(keyring, label, input)).pipeTo(Writable.toWeb(process.stdout));
  }
}
