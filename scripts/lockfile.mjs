/**
 * Keeps package-lock.json complete for every platform, because npm does not (see docs/ARCHITECTURE.md, "Toolchain").
 *
 *   node scripts/lockfile.mjs --check   fails if an optional dependency has no lock entry, or an EDR entry carries `engines`
 *   node scripts/lockfile.mjs --fix     removes `engines` from the EDR entries, so that npm on Node 20 installs the binding
 */
import { readFileSync, writeFileSync } from 'node:fs';

const path = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(path, 'utf8'));
const faults = [];

/** Where npm would look for `name` asked for by the package at `from`: nearest node_modules first. */
function find(from, name) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    const place = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (lock.packages[place] !== undefined) return place;
    if (at === '') return undefined;
  }
}

for (const [place, entry] of Object.entries(lock.packages)) {
  for (const name of Object.keys(entry.optionalDependencies ?? {})) {
    if (find(place, name) === undefined)
      faults.push(`${place || 'root'}: optional dependency ${name} has no lock entry`);
  }
  if (place.includes('@nomicfoundation/edr') && entry.engines !== undefined) {
    if (process.argv.includes('--fix')) delete entry.engines;
    else faults.push(`${place}: carries engines, which npm on Node 20 takes as a reason to leave it out`);
  }
  if (!entry.link && place.startsWith('node_modules/') && entry.integrity === undefined)
    faults.push(`${place}: has no integrity`);
}

if (process.argv.includes('--fix')) writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
for (const fault of faults) console.error(fault);
console.log(
  faults.length === 0
    ? `lockfile: complete, ${Object.keys(lock.packages).length} packages`
    : `lockfile: ${faults.length} faults`,
);
process.exit(faults.length === 0 ? 0 : 1);
