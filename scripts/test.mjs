/**
 * `npm test`: every test that needs no browser, one suite after the other, and one closing line `N passed, N failed`.
 *
 * The suites: Solidity tests and the mocha tests of the contracts (both by Hardhat), then everything in TypeScript (vitest).
 * Words after `--` choose suites by name: `npm test -- unit`.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const states = 'test/e2e/states.test.ts';

const suites = [
  {
    name: 'contracts',
    title: 'Contracts: Solidity fuzz and invariants, and tests over RPC',
    command: ['hardhat', 'test'],
  },
  { name: 'unit', title: 'Library, node, characters, stories', command: ['vitest', 'run'] },
  {
    name: 'e2e',
    title: 'The app in headless Chromium',
    command: ['vitest', 'run', '--config', 'test/e2e/vitest.config.ts', '--exclude', states],
    extra: true,
  },
  {
    name: 'states',
    title: 'Every state of the app, pictured in light, dark and on a phone',
    command: ['vitest', 'run', '--config', 'test/e2e/vitest.config.ts', states],
    extra: true,
  },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !suites.some((suite) => suite.name === name));
if (unknown.length > 0) {
  console.error(
    `npm test: no suite named ${unknown.join(', ')}; there are: ${suites.map((suite) => suite.name).join(', ')}`,
  );
  process.exit(2);
}
const chosen = suites.filter((suite) => (wanted.length > 0 ? wanted.includes(suite.name) : suite.extra !== true));

/** What a runner's own closing lines say: `12 passing`, `1 failing` (Hardhat), `Tests  3 failed | 12 passed (15)` (vitest). */
function count(output) {
  const text = stripVTControlCharacters(output);
  const last = (pattern) => Number([...text.matchAll(pattern)].at(-1)?.[1] ?? 0);
  const vitest = text.match(/^\s*Tests\s+.*$/m)?.[0];
  if (vitest !== undefined) {
    return {
      passed: Number(vitest.match(/(\d+) passed/)?.[1] ?? 0),
      failed: Number(vitest.match(/(\d+) failed/)?.[1] ?? 0),
    };
  }
  return { passed: last(/^\s*(\d+) passing/gm), failed: last(/^\s*(\d+) failing/gm) };
}

function run([command, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        // Tests start hundreds of processes of ours; each finds here what the one before it has compiled.
        NODE_COMPILE_CACHE: join(import.meta.dirname, '../node_modules/.cache/node'),
        ...process.env,
        FORCE_COLOR: process.stdout.isTTY ? '1' : '0',
        HARDHAT_DISABLE_TELEMETRY: '1',
        NEXT_TELEMETRY_DISABLED: '1',
      },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
        process.stdout.write(chunk);
      });
    }
    child.on('close', (status) => resolve({ status, output }));
  });
}

let passed = 0;
let failed = 0;
for (const suite of chosen) {
  console.log(`\n== ${suite.title}`);
  const { status, output } = await run(suite.command);
  const counts = count(output);
  passed += counts.passed;
  // A runner that failed without naming a test (a file that does not load, say) still counts as one failure.
  failed += status === 0 ? counts.failed : Math.max(1, counts.failed);
  if (status === 0 && counts.passed === 0) {
    console.error(`npm test: ${suite.name} ran no test`);
    failed += 1;
  }
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
