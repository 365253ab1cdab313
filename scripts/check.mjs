/**
 * `npm run check`: everything that must be true of the sources without running them. Each check is a command; all run, then the
 * failures are named. `npm run check -- lint types` runs some.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

const checks = {
  lockfile: ['node scripts/lockfile.mjs --check'],
  types: ['tsc -p .', 'tsc -p app', 'tsc -p examples'],
  lint: [
    'biome lint --error-on-warnings .',
    'oxlint --type-aware --deny-warnings -c .oxlintrc.json lib node app test bench scripts examples',
    'solhint --disc --max-warnings 0 contracts/**/*.sol',
  ],
  format: ['biome format .', 'prettier --check contracts/**/*.sol'],
  architecture: ['vitest run test/architecture.test.ts'],
  unused: ['knip'],
  abi: ['node scripts/abi.mjs --check'],
  bytecode: ['node scripts/bytecode.mjs --check'],
  kernel: ['node scripts/kernel.mjs --check'],
  size: ['node bench/size.ts'],
  reference: ['node scripts/apiReference.ts --check'],
  vectors: ['node scripts/vectors.ts --check', 'node scripts/vectors/testkit.ts --check'],
};

const wanted = process.argv.slice(2).length > 0 ? process.argv.slice(2) : Object.keys(checks);
const unknown = wanted.find((name) => checks[name] === undefined);
if (unknown !== undefined) {
  console.error(`npm run check: no check named ${unknown}; there are: ${Object.keys(checks).join(', ')}`);
  process.exit(2);
}

/** The output of a command that failed; undefined when it held. */
const run = (command) =>
  new Promise((resolve) => {
    const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('close', (status) => resolve(status === 0 ? undefined : output.trimEnd()));
  });

const failed = [];
async function check(name) {
  const started = Date.now();
  const outputs = [];
  for (const command of checks[name]) outputs.push(await run(command));
  const bad = outputs.filter((output) => output !== undefined);
  console.log(
    `${bad.length === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(13)} ${((Date.now() - started) / 1000).toFixed(1)} s`,
  );
  for (const output of bad) console.log(output);
  if (bad.length > 0) failed.push(name);
}

// The compiler of the contracts is the longest and keeps one core; it starts first, the others pass beside it.
const queue = wanted.toSorted((a, b) => Number(b === 'bytecode') - Number(a === 'bytecode'));
const worker = async () => {
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) await check(name);
};
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, worker));
if (failed.length > 0) console.log(`\ncheck: ${failed.join(', ')} failed`);
process.exit(failed.length === 0 ? 0 : 1);
