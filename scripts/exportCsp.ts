/**
 * Writes a Content-Security-Policy into each page of the export, so that it holds on any file server, also one that sets no
 * headers (IPFS). A header by the host may narrow it; the two hold together. Prints the policy for hosts that want to set it.
 * Run after `next build`: `node scripts/exportCsp.ts [folder]`; twice does no harm.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { contentSecurityPolicy } from './demo/csp.ts';

/** Chain and nodes are known only at run time, from dintel.json: any of them over TLS, or on this machine. */
const connect = ['https:', 'wss:', 'http://127.0.0.1:*', 'http://localhost:*'];
const meta = /<meta http-equiv="Content-Security-Policy" content="[^"]*"\/>/;

/** The page with its policy, as early in the head as may be: it holds only for what follows. Throws if there is no head. */
export function withPolicy(html: string): string {
  const bare = html.replace(meta, '');
  // Browsers ignore frame-ancestors in a page: only a header can forbid framing.
  const policy = contentSecurityPolicy(bare, connect).replace(/; frame-ancestors [^;]*$/, '');
  const start = /<head>(<meta charset="utf-8"\/>)?/i.exec(bare);
  if (start === null) throw new Error('a page without a head');
  const at = start.index + start[0].length;
  return `${bare.slice(0, at)}<meta http-equiv="Content-Security-Policy" content="${policy}"/>${bare.slice(at)}`;
}

if (import.meta.main) {
  const root = resolve(process.argv[2] ?? join(import.meta.dirname, '..', 'out'));
  for (const name of globSync('**/*.html', { cwd: root })) {
    const path = join(root, name);
    const html = withPolicy(readFileSync(path, 'utf8'));
    writeFileSync(path, html);
    process.stdout.write(`${name}\n  ${meta.exec(html)?.[0].slice(52, -3)}; frame-ancestors 'none'\n`);
  }
}
