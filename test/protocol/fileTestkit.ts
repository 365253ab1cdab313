/** Reading the testkit of the file format as docs/FILE-FORMAT.md describes it; knows nothing of how it was made. */
import { readdirSync, readFileSync } from 'node:fs';

export interface TestkitVector {
  readonly name: string;
  readonly expect: 'success' | 'header failure' | 'key failure' | 'payload failure';
  readonly error: string | undefined;
  /** The code of a reader of ranges, where it is another. */
  readonly rangeError: string | undefined;
  readonly fileKey: Uint8Array | undefined;
  readonly secretKey: Uint8Array | undefined;
  readonly meta: { readonly name: string; readonly mediaType: string; readonly size: number | undefined } | undefined;
  /** How many bytes a reader of the stream may give out, and their SHA-256 in hexadecimal. */
  readonly released: number | undefined;
  readonly payload: string | undefined;
  readonly file: Uint8Array;
}

const folder = new URL('../vectors/files/', import.meta.url);

/** All vectors; the files of large ones are built when asked for. */
export function readTestkit(): readonly TestkitVector[] {
  return readdirSync(folder).map((name) => parseVector(name, readFileSync(new URL(name, folder), 'utf8')));
}

function parseVector(name: string, text: string): TestkitVector {
  const end = text.indexOf('\n\n');
  const fields = new Map(
    text
      .slice(0, end)
      .split('\n')
      .map((line) => line.split(/: (.*)/s) as [string, string]),
  );
  const bytes = (field: string) => {
    const value = fields.get(field);
    return value === undefined ? undefined : Uint8Array.from(Buffer.from(value, 'hex'));
  };
  const meta = fields.get('meta');
  const [fileName, mediaType, size] = JSON.parse(meta ?? '[]') as [string, string, number | null];
  const released = fields.get('released');
  return {
    name: name.replace(/\.txt$/, ''),
    expect: fields.get('expect') as TestkitVector['expect'],
    error: fields.get('error'),
    rangeError: fields.get('range error') ?? fields.get('error'),
    fileKey: bytes('file key'),
    secretKey: bytes('secret key'),
    meta: meta === undefined ? undefined : { name: fileName, mediaType, size: size ?? undefined },
    released: released === undefined ? undefined : Number(released),
    payload: fields.get('payload'),
    get file() {
      return bodyOf(text.slice(end + 2));
    },
  };
}

function bodyOf(body: string): Uint8Array {
  const parts = body
    .split('\n')
    .map((line) => (line.startsWith('zeros ') ? Buffer.alloc(Number(line.slice(6))) : Buffer.from(line, 'base64')));
  return Uint8Array.from(Buffer.concat(parts));
}
