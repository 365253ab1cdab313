/**
 * Gas of every operation, as the chain charges it, beside what the predecessor's contracts cost (research/nucypher.md section 6),
 * what this project promised itself, and what it cost when gas.json was written. Run: `npx node bench/gas.ts [--json | --write]`;
 * exits 1 when a target is missed or a figure rose by more than 2 %. `--write` makes gas.json anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createSpread, measureGas, missedOf } from './gasTable.ts';

const file = new URL('gas.json', import.meta.url);
const rows = await measureGas();
if (process.argv.includes('--write')) {
  const figures = Object.fromEntries(rows.map(({ operation, gas }) => [operation, gas]));
  writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`);
}
const recorded = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
const missed = missedOf(rows, recorded);
const spread = createSpread(rows);

if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ rows, createSpread: spread, missed }));
} else {
  const line = (...[a, b, c, d, e]: [string, string, string, string, string]) =>
    console.log(`${a.padEnd(70)}${b.padStart(9)}  ${c.padStart(9)}  ${d.padStart(9)}  ${e}`);
  line('operation', 'gas', 'recorded', 'target', 'predecessor');
  for (const row of rows) {
    line(
      row.operation,
      row.gas.toLocaleString('en'),
      recorded[row.operation]?.toLocaleString('en') ?? '',
      row.target === undefined ? '' : `<= ${row.target / 1000}k`,
      row.before,
    );
  }
  console.log(`createPolicy for 1 to 64 nodes differs by ${(spread * 100).toFixed(2)} % (target 2 %)`);
  for (const sentence of missed) console.log(`MISSED ${sentence}`);
}
if (missed.length > 0 || spread > 0.02) process.exitCode = 1;
