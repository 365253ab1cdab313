/**
 * One vector of the file testkit and its text: header lines, an empty line, the file in base64, line by line. A run of 64 or
 * more zero bytes is one line `zeros n`, which keeps files of several 1 MiB chunks small: their plaintexts are chosen so that the
 * ciphertext is zeros. Source of the manner: the test vectors of age (C2SP CCTV). Explained in docs/FILE-FORMAT.md.
 */
import { type FileMeta, sha256, toHex } from 'dintel/protocol';

/** What a reader must find, and at which step. */
export type Finding = 'success' | 'header failure' | 'key failure' | 'payload failure';

export interface Vector {
  /** Name of the text file. */
  readonly name: string;
  readonly expect: Finding;
  /** Our code of the failure. */
  readonly error?: string;
  /** Our code where it differs for a reader of ranges, who opens the last chunk first. */
  readonly rangeError?: string;
  /** Where reading starts: the file key, or the secret key that the capsule is for. */
  readonly key: { readonly fileKey: Uint8Array } | { readonly secretKey: Uint8Array };
  /** What the header says, if the header opens. */
  readonly meta?: FileMeta;
  /** All that a reader of the stream may give out: everything, or the chunks before the fault. */
  readonly released?: Uint8Array;
  readonly file: Uint8Array;
  readonly comment: string;
}

const bare = (bytes: Uint8Array): string => toHex(bytes).slice(2);

/** The text of a vector. */
export function vectorText(vector: Vector): string {
  const { key, meta, released } = vector;
  const lines: (readonly [string, string | undefined])[] = [
    ['expect', vector.expect],
    ['error', vector.error],
    ['range error', vector.rangeError],
    ['comment', vector.comment],
    ['fileKey' in key ? 'file key' : 'secret key', bare('fileKey' in key ? key.fileKey : key.secretKey)],
    ['meta', meta && JSON.stringify([meta.name, meta.mediaType, meta.size ?? null])],
    ['released', released && `${released.length}`],
    ['payload', released && bare(sha256(released))],
  ];
  const header = lines.flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  return [...header, '', ...bodyLines(vector.file), ''].join('\n');
}

/** A multiple of three, so that only the last line before zeros or the end is padded. */
const lineBytes = 60;
const leastRun = 64;

function bodyLines(bytes: Uint8Array): string[] {
  const lines: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const zeros = zerosAt(bytes, at);
    if (zeros >= leastRun) {
      lines.push(`zeros ${zeros}`);
      at += zeros;
      continue;
    }
    let end = at;
    while (end < bytes.length && end - at < lineBytes && zerosAt(bytes, end) < leastRun) end += 1;
    lines.push(Buffer.from(bytes.subarray(at, end)).toString('base64'));
    at = end;
  }
  return lines;
}

function zerosAt(bytes: Uint8Array, at: number): number {
  let end = at;
  while (bytes[end] === 0) end += 1;
  return end - at;
}
