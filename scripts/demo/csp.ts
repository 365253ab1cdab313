/**
 * The Content-Security-Policy of an exported page. Next writes a few inline scripts into each page; they are named by their hash,
 * so that no `unsafe-inline` is needed and an injected script stays dead.
 */
import { createHash } from 'node:crypto';

/** @param connect origins that the page may talk to besides its own: the chain's RPC and the nodes. */
export function contentSecurityPolicy(html: string, connect: readonly string[]): string {
  const inline = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
    (match) =>
      `'sha256-${createHash('sha256')
        .update(match[1] as string)
        .digest('base64')}'`,
  );
  return [
    "default-src 'none'",
    `script-src 'self' 'wasm-unsafe-eval' ${[...new Set(inline)].join(' ')}`,
    "style-src 'self'",
    "img-src 'self' data: blob:",
    'media-src blob:',
    "font-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    `connect-src 'self' ${connect.join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    // Workers have no page, and load their own parts by address.
    ...(html === '' ? [] : ["require-trusted-types-for 'script'", 'trusted-types default nextjs']),
    "frame-ancestors 'none'",
  ].join('; ');
}
