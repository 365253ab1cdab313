/**
 * `npm run test:coverage`: all contract tests with coverage, then lines and statements of each contract from coverage/lcov.info.
 * Fails under 98 % of either, over all contracts and libraries; tests and interfaces do not count. `--parse` reads the last run's file.
 * The format: http://man7.org/linux/man-pages/man1/geninfo.1.html (DA = a line, BRDA and FN where the tool gives them).
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const least = 98;
const file = 'coverage/lcov.info';
if (!process.argv.includes('--parse')) {
  const env = { ...process.env, DINTEL_BRIEF: '1', DINTEL_MODEL_SEEDS: '1' };
  const { status } = spawnSync('hardhat', ['test', '--coverage'], { stdio: 'inherit', env });
  if (status !== 0) process.exit(status ?? 1);
}
if (!existsSync(file)) {
  console.error(`${file} is not there: run without --parse`);
  process.exit(1);
}

const rows = [];
for (const record of readFileSync(file, 'utf8').split('end_of_record')) {
  const source = record.match(/^SF:(.*)$/m)?.[1];
  if (source === undefined || !/contracts\//.test(source) || /contracts\/(test|interfaces)\//.test(source)) continue;
  const lines = [...record.matchAll(/^DA:(\d+),(\d+)/gm)];
  const missed = lines.filter(([, , count]) => count === '0').map(([, line]) => line);
  rows.push({ source: source.replace(/^.*contracts\//, ''), lines: lines.length, missed });
}
if (rows.length === 0) {
  console.error(`${file} names no contract`);
  process.exit(1);
}
const share = (all, missed) => (all === 0 ? 100 : (100 * (all - missed)) / all);
for (const { source, lines, missed } of rows)
  console.log(
    `${source.padEnd(36)} ${share(lines, missed.length).toFixed(2).padStart(6)} %  ${missed.length > 0 ? `not: ${missed.join(' ')}` : ''}`,
  );
const total = share(
  rows.reduce((sum, row) => sum + row.lines, 0),
  rows.reduce((sum, row) => sum + row.missed.length, 0),
);
console.log(`${'all'.padEnd(36)} ${total.toFixed(2).padStart(6)} %  (at least ${least})`);
process.exit(total >= least ? 0 : 1);
