/**
 * `npm run bench`: everything that is measured, each page in a process of its own so that none warms up for another.
 * Words after `--` choose pages: `npm run bench -- umbral gas`. Only ratios of one run mean anything on a shared machine.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const pages: Readonly<Record<string, { readonly title: string; readonly command: readonly string[] }>> = {
  umbral: { title: 'Umbral operations against umbral-pre (ratio above 1: we are faster)', command: ['umbral.ts'] },
  noble: { title: 'The same on the reference engine', command: ['umbral.ts', '--engine', 'noble', '--rounds', '5'] },
  files: { title: 'Files against raw WebCrypto', command: ['files.ts'] },
  size: { title: 'Bundle sizes', command: ['size.ts'] },
  inbox: { title: 'Grants and inbox on a new device, from the root alone', command: ['inbox.ts', '60', '20'] },
  retrieve: { title: 'Retrieving with one dead and one slow node of five', command: ['retrieve.ts'] },
  pages: { title: 'The app’s pages on a slow phone, beside the front page without scripts', command: ['pages.ts'] },
  testing: { title: 'A network in memory, for the tests of others', command: ['testing.ts'] },
  gas: { title: 'Gas beside the predecessor', command: ['gas.ts'] },
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => pages[name] === undefined);
if (unknown.length > 0) {
  console.error(`npm run bench: no page named ${unknown.join(', ')}; there are: ${Object.keys(pages).join(', ')}`);
  process.exit(2);
}
let failed = false;
for (const name of wanted.length > 0 ? wanted : Object.keys(pages)) {
  const page = pages[name];
  if (page === undefined) continue;
  console.log(`\n== ${page.title}\n`);
  const [file = '', ...args] = page.command;
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, file), ...args], { stdio: 'inherit' });
  if (status !== 0) failed = true;
}
process.exit(failed ? 1 : 0);
