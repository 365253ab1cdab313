/**
 * The stranger's path, as it is in real life: `npm run stranger`, or `node scripts/stranger.ts [PAGE]` against a demo that runs already
 * (PAGE is the address that it prints). Packs the library, installs the tarball by npm in an empty project outside the repository, takes
 * the README's programs out of the README, runs them there, the client against the network of `npm run demo`, and compares what Bob
 * opened with what Alice encrypted. Takes about a minute, two if the demo must build its page.
 *
 * Owns: that order, and what is compared. Owns not: the package (`pack.ts`), the demo (`demo/main.ts`).
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDemo } from '../test/e2e/demo.ts';
import { packLib } from './pack.ts';

const root = join(import.meta.dirname, '..');
const demoTimeoutMs = 400_000;

/** The programs of the README, in order. Throws unless there are two: one of the scheme alone, one of a client. */
function programs(): { readonly scheme: string; readonly client: string; readonly plaintext: string } {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const found = [...readme.matchAll(/```(?:js|ts)\n([\s\S]*?)```/g)].map((match) => match[1] as string);
  const [scheme, client, ...more] = found;
  const plaintext = /new TextEncoder\(\)\.encode\('([^']+)'\)/.exec(client ?? '')?.[1];
  if (scheme === undefined || client === undefined || more.length > 0 || plaintext === undefined) {
    throw new Error(`the README should have two programs and a letter in the second, and has ${found.length} programs`);
  }
  return { scheme, client, plaintext };
}

/** Runs in the stranger's project; what it printed. `PATH` is the stranger's own: without the Node of this repository. */
function run(project: string, command: string, args: readonly string[]): string {
  const path = (process.env.PATH ?? '')
    .split(':')
    .filter((folder) => !folder.startsWith(root) && !folder.includes('node_modules'))
    .join(':');
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  return execFileSync(command, args, {
    cwd: project,
    encoding: 'utf8',
    env: { ...env, PATH: path },
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
}

/** A line of what happened, with its seconds. */
async function act<T>(title: string, work: () => T | Promise<T>, told: (result: T) => string): Promise<T> {
  const startedMs = performance.now();
  const result = await work();
  console.log(`${title.padEnd(34)} ${told(result)}  (${((performance.now() - startedMs) / 1000).toFixed(1)} s)`);
  return result;
}

const folder = mkdtempSync(join(tmpdir(), 'dintel-stranger-'));
const project = join(folder, 'project');
const { scheme, client, plaintext } = programs();
let demo: Awaited<ReturnType<typeof startDemo>> | undefined;
try {
  const tarball = await act(
    'npm pack',
    () => {
      const lib = join(folder, 'lib');
      packLib(lib);
      run(lib, 'npm', ['pack', '--silent', '--pack-destination', folder]);
      return join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? 'nothing');
    },
    (path) => path,
  );
  await act(
    'npm install in an empty project',
    () => {
      run(folder, 'mkdir', [project]);
      run(project, 'npm', ['init', '-y', '--silent', '--init-type', 'module']);
      return run(project, 'npm', ['install', '--no-audit', '--no-fund', '--silent', tarball, 'ethers@6']);
    },
    () => readdirSync(join(project, 'node_modules')).join(' '),
  );
  const node = run(project, 'node', ['--version']);
  writeFileSync(join(project, 'scheme.mjs'), scheme);
  await act(
    `README, the scheme, Node ${node}`,
    () => run(project, 'node', ['scheme.mjs']),
    () => 'runs',
  );
  const page =
    process.argv[2] ??
    (await act(
      'npm run demo',
      async () => {
        demo = await startDemo(demoTimeoutMs);
        return demo.site;
      },
      (site) => site,
    ));
  writeFileSync(join(project, 'share.mjs'), client);
  const opened = await act('README, Alice to Bob', () => run(project, 'node', ['share.mjs', page]), JSON.stringify);
  if (opened !== plaintext)
    throw new Error(`Bob opened ${JSON.stringify(opened)}, Alice had ${JSON.stringify(plaintext)}`);
  console.log('The stranger has arrived: what Bob opened is what Alice encrypted.');
} finally {
  await demo?.stop();
  if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
}
