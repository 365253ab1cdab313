/**
 * The testkit of the file format as docs/FILE-FORMAT.md describes it: reading its texts, and what each path that reads files makes
 * of a vector. Knows nothing of how the vectors were made, and needs nothing of Node, so that a browser can run it too
 * (`test/e2e/fileTestkit.test.ts`).
 */
import { fromHex, toHex } from '../../lib/protocol/hex.ts';
import {
  decryptStream,
  type FileHeader,
  openFile,
  openFileKey,
  openRange,
  readFileHeader,
  readHeaderAt,
} from '../../lib/protocol/index.ts';
import { SecretKey } from '../../lib/umbral/index.ts';

export interface TestkitVector {
  readonly name: string;
  readonly expect: 'success' | 'header failure' | 'key failure' | 'payload failure';
  readonly error: string | undefined;
  /** The code of a reader of ranges, where it is another. */
  readonly rangeError: string | undefined;
  readonly fileKey: Uint8Array | undefined;
  readonly secretKey: Uint8Array | undefined;
  /** Name, media type, size or null: as JSON. */
  readonly meta: string | undefined;
  /** How many bytes a reader of the stream may give out, and their SHA-256 in hexadecimal. */
  readonly released: number;
  readonly payload: string | undefined;
  readonly file: Uint8Array;
}

/** One text. The file is built when it is asked for: some are large. */
export function parseVector(name: string, text: string): TestkitVector {
  const end = text.indexOf('\n\n');
  const fields = new Map(
    text
      .slice(0, end)
      .split('\n')
      .map((line) => line.split(/: (.*)/s) as [string, string]),
  );
  const bytes = (field: string) => {
    const value = fields.get(field);
    return value === undefined ? undefined : fromHex(`0x${value}`);
  };
  return {
    name,
    expect: fields.get('expect') as TestkitVector['expect'],
    error: fields.get('error'),
    rangeError: fields.get('range error') ?? fields.get('error'),
    fileKey: bytes('file key'),
    secretKey: bytes('secret key'),
    meta: fields.get('meta'),
    released: Number(fields.get('released') ?? 0),
    payload: fields.get('payload'),
    get file() {
      return joined(
        text
          .slice(end + 2)
          .split('\n')
          .map(lineBytes),
      );
    },
  };
}

function lineBytes(line: string): Uint8Array {
  if (line.startsWith('zeros ')) return new Uint8Array(Number(line.slice(6)));
  return Uint8Array.from(atob(line), (letter) => letter.charCodeAt(0));
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const sha256 = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))).slice(2);

const keyOf = ({ fileKey, secretKey }: TestkitVector, header: FileHeader): Uint8Array =>
  fileKey ?? openFileKey(SecretKey.fromBytes(secretKey as Uint8Array), header);

/** The code an act ends with; undefined if it does not fail. */
async function codeOf(act: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : `raw ${String(error)}`;
  }
}

function* inPieces(bytes: Uint8Array): Generator<Uint8Array> {
  const size = bytes.length > 5_000 ? 700_001 : 97;
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** What a reader of the stream finds otherwise than the vector says; empty when all is right. */
export async function faultsByStream(vector: TestkitVector): Promise<string[]> {
  const parts: Uint8Array[] = [];
  let step = 'header failure';
  let meta: string | undefined;
  const code = await codeOf(async () => {
    const { header, rest } = await readFileHeader(inPieces(vector.file));
    step = 'key failure';
    const file = await openFile(header, keyOf(vector, header));
    step = 'payload failure';
    meta = JSON.stringify([file.meta.name, file.meta.mediaType, file.meta.size ?? null]);
    const reader = decryptStream(file, rest).getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) parts.push(next.value);
    step = 'success';
  });
  const released = joined(parts);
  const faults: string[] = [];
  if (code !== vector.error) faults.push(`ends with ${code}, not ${vector.error}`);
  // What is wrong with an authentic meta is found when it opens, after the key.
  if (step !== vector.expect && !(step === 'key failure' && vector.expect === 'header failure'))
    faults.push(`is a ${step}`);
  if (meta !== vector.meta) faults.push(`says ${meta}, not ${vector.meta}`);
  if (released.length !== vector.released) faults.push(`gives ${released.length} bytes, not ${vector.released}`);
  else if (vector.payload !== undefined && (await sha256(released)) !== vector.payload)
    faults.push('gives other bytes');
  return faults;
}

/** The same for a reader of ranges who asks for everything. */
export async function faultsByRange(vector: TestkitVector): Promise<string[]> {
  const { file } = vector;
  const faults: string[] = [];
  const range = {
    size: file.length,
    read: async (at: number, length: number) => {
      if (at + length > file.length) faults.push(`reads beyond the end, at ${at}`);
      return file.slice(at, at + length);
    },
  };
  let released = new Uint8Array(0);
  const code = await codeOf(async () => {
    const opened = await openRange(range, keyOf(vector, await readHeaderAt(range)));
    released = Uint8Array.from(await opened.read(0, opened.size));
  });
  if (code !== vector.rangeError) faults.push(`ends with ${code}, not ${vector.rangeError}`);
  if (vector.expect !== 'success') return faults;
  if (released.length !== vector.released) faults.push(`gives ${released.length} bytes, not ${vector.released}`);
  else if ((await sha256(released)) !== vector.payload) faults.push('gives other bytes');
  return faults;
}
