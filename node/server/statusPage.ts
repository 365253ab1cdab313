/**
 * The page at `/`: what a person who opens a node's URL in a browser wants to know. One self-contained document, no
 * script, no outside request, nothing that is not public on the chain or in `/v1/info`.
 * Owns: the markup. Owns not: the figures.
 */

/** The figures, already formatted for people where they need to be. */
export interface Status {
  readonly node: string;
  readonly operator: string;
  readonly version: string;
  /** What keeps the node from serving, or undefined if it serves. */
  readonly trouble: string | undefined;
  readonly chainId: number;
  readonly head: { readonly number: string; readonly ageS: number } | undefined;
  readonly epoch: number | undefined;
  readonly availableUntil: number | undefined;
  readonly servedCapsules: number;
  readonly upS: number;
}

/** HTML of the page. Every value is escaped. */
export function statusPage(status: Status): string {
  const { head, trouble } = status;
  const rows: readonly (readonly [string, string])[] = [
    ['Node', code(status.node)],
    ['Operator', code(status.operator)],
    ['Chain', text(String(status.chainId))],
    ['Head', head === undefined ? 'none yet' : `${text(head.number)} <small>${text(ago(head.ageS))}</small>`],
    ['Epoch', status.epoch === undefined ? 'unknown' : text(String(status.epoch))],
    [
      'Takes work until epoch',
      status.availableUntil === undefined ? 'not bonded' : text(String(status.availableUntil)),
    ],
    ['Capsules served', text(String(status.servedCapsules))],
    ['Up', text(duration(status.upS))],
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ursula · Dintel node</title>
<style>
:root { color-scheme: light dark; --ink: #1c1a17; --paper: #faf8f4; --line: #ddd6c9; --soft: #6f685c; --good: #2f6f4f; --bad: #a33a2a; }
@media (prefers-color-scheme: dark) { :root { --ink: #ece7dd; --paper: #171614; --line: #37332c; --soft: #a0988a; --good: #7cc29c; --bad: #e58a7a; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 ui-serif, Georgia, serif; }
main { max-width: 40rem; margin: 12vh auto; padding: 0 1.5rem; }
h1 { font-size: 1.75rem; font-weight: 500; margin: 0; }
p { color: var(--soft); margin: .5rem 0 2rem; }
.state { color: var(--good); } .state.bad { color: var(--bad); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .6rem 1.5rem; border-top: 1px solid var(--line); padding-top: 1.5rem; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
code { font: .85em ui-monospace, Menlo, monospace; } small { color: var(--soft); }
nav { margin-top: 2rem; border-top: 1px solid var(--line); padding-top: 1rem; } nav a { color: inherit; margin-right: 1.25rem; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .7rem; } }
</style>
</head>
<body>
<main>
<h1>Ursula</h1>
<p>A Dintel node: she re-encrypts for those a policy names, and never sees what they read.
<span class="state${trouble === undefined ? '' : ' bad'}">${trouble === undefined ? 'She is serving.' : `She is not serving: ${text(trouble.replace(/\.$/, ''))}.`}</span></p>
<dl>
${rows.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`).join('\n')}
</dl>
<nav><a href="/v1/info">info</a><a href="/v1/openapi.json">api</a><a href="/readyz">ready</a> <small>${text(status.version)}</small></nav>
</main>
</body>
</html>
`;
}

/** The page's own policy: nothing may load, run, frame or be sent anywhere. */
export const statusPageHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
};

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const text = (value: string): string => value.replace(/[&<>"']/g, (c) => entities[c] ?? c);
const code = (value: string): string => `<code>${text(value)}</code>`;
const ago = (seconds: number): string => (seconds <= 1 ? 'just now' : `${duration(seconds)} ago`);

function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min`;
  if (whole < 86_400) return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3_600)} h`;
}
