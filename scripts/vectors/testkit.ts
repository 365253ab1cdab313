/**
 * Writes the testkit of the file format, one text file a vector: `npx node scripts/vectors/testkit.ts` writes
 * test/vectors/files/, `--check` only compares. Deterministic: keys by name, nonces by rule. docs/FILE-FORMAT.md explains it.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { headerFailures } from './testkit/headers.ts';
import { keyFailures } from './testkit/keys.ts';
import { payloadFailures } from './testkit/payloads.ts';
import { successes } from './testkit/successes.ts';
import { type Vector, vectorText } from './testkit/vector.ts';

/** Every vector by the name of its file. */
async function testkit(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const add = (prefix: string, vectors: readonly Vector[]) => {
    for (const vector of vectors) {
      const name = `${prefix}_${vector.name}.txt`;
      if (files.has(name)) throw new Error(`two vectors are named ${name}`);
      files.set(name, vectorText(vector));
    }
  };
  add('success', await successes());
  add('header', await headerFailures());
  add('key', await keyFailures());
  add('payload', await payloadFailures());
  return files;
}

const folder = new URL('../../test/vectors/files/', import.meta.url);
const files = await testkit();
if (process.argv.includes('--check')) {
  const there = new Set(readdirSync(folder));
  const wrong = [...files].filter(
    ([name, text]) => !there.has(name) || readFileSync(new URL(name, folder), 'utf8') !== text,
  );
  const left = [...there].filter((name) => !files.has(name));
  if (wrong.length + left.length > 0) {
    const names = [...wrong.map(([name]) => name), ...left].slice(0, 5).join(', ');
    console.error(
      `test/vectors/files is not what the code computes (${names}); run: npx node scripts/vectors/testkit.ts`,
    );
    process.exitCode = 1;
  }
} else {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of files) writeFileSync(new URL(name, folder), text);
  console.log(`${files.size} vectors, ${[...files.values()].reduce((sum, text) => sum + text.length, 0)} bytes`);
}
