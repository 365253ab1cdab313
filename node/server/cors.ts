/**
 * Which pages of browsers may ask. Owns: the headers. Source: protocol.md section 7 ("CORS by list, default `*`, never
 * credentials"); reliability.md R27, T-R14.
 */

/** Headers of every answer. An origin that is not on the list gets none. */
export function corsHeaders(allowed: readonly string[], origin: string | undefined): Readonly<Record<string, string>> {
  const expose = { 'access-control-expose-headers': 'Date, ETag, Content-Range, Retry-After, X-Request-Id' };
  if (allowed.includes('*')) return { 'access-control-allow-origin': '*', ...expose };
  const vary = { vary: 'Origin' };
  if (origin === undefined || !allowed.includes(origin)) return vary;
  return { 'access-control-allow-origin': origin, ...vary, ...expose };
}

/** Beside them, for a preflight: what any route of the table may need. */
export const preflightHeaders: Readonly<Record<string, string>> = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT',
  'access-control-allow-headers': 'Content-Type, Range, If-None-Match, If-Range',
  'access-control-max-age': '86400',
};
