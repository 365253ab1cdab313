/**
 * `npm run check`: everything that must be true of the sources without running them. Each check is a command; all run, then the
 * failures are named. `npm run check -- lint types` runs some.
 */
import { spawnSync } from 'node:child_process';

const checks = {
  lockfile: ['node scripts/lockfile.mjs --check'],
  types: ['tsc -p .', 'tsc -p app'],
  lint: [
    'biome lint --error-on-warnings .',
    'oxlint --type-aware --deny-warnings -c .oxlintrc.json lib node app test bench scripts',
    'solhint --disc --max-warnings 0 contracts/**/*.sol',
  ],
  format: ['biome format .', 'prettier --check contracts/**/*.sol'],
  architecture: ['vitest run test/architecture.test.ts'],
  unused: ['knip'],
  abi: ['node scripts/abi.mjs --check'],
  bytecode: ['node scripts/bytecode.mjs --check'],
  kernel: ['node scripts/kernel.mjs --check'],
  vectors: ['node scripts/vectors.ts --check'],
};

const wanted = process.argv.slice(2).length > 0 ? process.argv.slice(2) : Object.keys(checks);
const failed = [];
for (const name of wanted) {
  const commands = checks[name];
  if (commands === undefined) {
    console.error(`npm run check: no check named ${name}; there are: ${Object.keys(checks).join(', ')}`);
    process.exit(2);
  }
  const started = Date.now();
  const results = commands.map((command) => spawnSync(command, { shell: true, encoding: 'utf8' }));
  const good = results.every((result) => result.status === 0);
  console.log(`${good ? 'ok  ' : 'FAIL'} ${name.padEnd(13)} ${((Date.now() - started) / 1000).toFixed(1)} s`);
  if (!good) {
    failed.push(name);
    for (const result of results) if (result.status !== 0) console.log(`${result.stdout}${result.stderr}`.trimEnd());
  }
}
if (failed.length > 0) console.log(`\ncheck: ${failed.join(', ')} failed`);
process.exit(failed.length === 0 ? 0 : 1);
