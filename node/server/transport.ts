/**
 * What is checked of a request before anyone looks at its body: number and size of headers, media types,
 * encodings, ranges. Owns: these checks as pure functions. Owns not: reading (body.ts), paths (lib/protocol/routes.ts), buckets. Source: protocol.md section 7,
 * "Headers" and "Limits"; reliability.md R02 to R04, R19, R20.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { maxHeaderBytes, maxHeaders, ProtocolError } from 'dintel/protocol';

/** Throws E_HEADERS. `rawHeaders` as Node gives them: names and values in turn. */
export function checkHeaders(rawHeaders: readonly string[]): void {
  const count = rawHeaders.length / 2;
  if (count > maxHeaders) {
    throw new ProtocolError('E_HEADERS', { expected: `at most ${maxHeaders} headers`, got: `${count}` });
  }
  let bytes = 0;
  for (const part of rawHeaders) bytes += part.length + 2;
  if (bytes > maxHeaderBytes) {
    throw new ProtocolError('E_HEADERS', { expected: `at most ${maxHeaderBytes} bytes`, got: `${bytes}` });
  }
}

/** Throws E_ENCODING for any Content-Encoding but identity: nothing is ever unpacked. */
export function checkEncoding(headers: IncomingHttpHeaders): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'identity') {
    throw new ProtocolError('E_ENCODING', { field: 'content-encoding', expected: 'none' });
  }
}

export const jsonType = 'application/json';
export const octetsType = 'application/octet-stream';

/** Throws E_MEDIA_TYPE unless Content-Type is exactly `want` (for JSON with charset=utf-8 allowed). */
export function checkContentType(headers: IncomingHttpHeaders, want: string): void {
  const got = headers['content-type'];
  const [type, ...parameters] = (got ?? '').split(';').map((part) => part.trim().toLowerCase());
  const plain = parameters.length === 0;
  const utf8 = want === jsonType && parameters.length === 1 && /^charset=("utf-8"|utf-8)$/.test(parameters[0] ?? '');
  if (type !== want || !(plain || utf8)) {
    throw new ProtocolError('E_MEDIA_TYPE', {
      field: 'content-type',
      expected: want,
      got: got === undefined ? 'none' : 'another',
    });
  }
}

/**
 * Throws E_ACCEPT unless one of `offers` is acceptable. No header accepts all. Quality matters only as zero or not: a route
 * has one form of answer, and its errors are always problem+json.
 */
export function checkAccept(headers: IncomingHttpHeaders, offers: readonly string[]): void {
  const accept = headers.accept;
  if (accept === undefined || accept.trim() === '') return;
  for (const range of accept.split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    if (parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) continue;
    if (type === '*/*' || offers.includes(type)) return;
    if (type.endsWith('/*') && offers.some((offer) => offer.startsWith(type.slice(0, -1)))) return;
  }
  throw new ProtocolError('E_ACCEPT', { field: 'accept', expected: offers.join(' or ') });
}

/** A header that may come once; Node joins repeated ones with a comma, which no value of ours holds. */
export function contentLength(headers: IncomingHttpHeaders): number | undefined {
  const text = headers['content-length'];
  if (text === undefined) return undefined;
  if (!/^[0-9]{1,15}$/.test(text)) {
    throw new ProtocolError('E_LENGTH', { field: 'content-length', expected: 'a number of bytes' });
  }
  return Number(text);
}

/** First and last byte, inclusive, of the one range asked for; undefined = the whole. Throws E_RANGE. */
export function parseRange(header: string | undefined, size: number): { first: number; last: number } | undefined {
  if (header === undefined) return undefined;
  const match = /^bytes=([0-9]{0,15})-([0-9]{0,15})$/.exec(header.trim());
  const [, from = '', to = ''] = match ?? [];
  const bad = new ProtocolError('E_RANGE', { field: 'range', expected: `one range of bytes inside 0-${size - 1}` });
  if (match === null || (from === '' && to === '')) throw bad;
  if (from === '') {
    const length = Math.min(Number(to), size);
    if (length === 0) throw bad;
    return { first: size - length, last: size - 1 };
  }
  const first = Number(from);
  const last = to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (first >= size || (to !== '' && Number(to) < first)) throw bad;
  return { first, last };
}
