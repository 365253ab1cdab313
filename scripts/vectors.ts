/**
 * Writes the vectors of spec/protocol.md section 10 that are lib's to write: `npx node scripts/vectors.ts` writes
 * test/vectors/*.json, `--check` only compares. Everything is deterministic: fixed keys, RFC 6979 signatures, seals with a given e.
 * Values are plain, so that Solidity and any other language can read them: bytes, ids and addresses as lower-case 0x hex; small
 * integers as numbers, amounts as decimal strings.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { challengeVectors } from './vectors/challenge.ts';
import { evidenceVectors } from './vectors/evidence.ts';
import { fileVectors } from './vectors/file.ts';
import { keysVectors } from './vectors/keys.ts';
import { leafVectors } from './vectors/leaf.ts';
import { manifestVectors } from './vectors/manifest.ts';
import { cardVectors, conditionVectors, linkVectors, noticeVectors } from './vectors/objects.ts';
import { policyVectors } from './vectors/policy.ts';
import { restVectors } from './vectors/rest.ts';
import { sealVectors } from './vectors/seal.ts';
import { typedVectors } from './vectors/typed.ts';

const makers: Readonly<Record<string, () => object | Promise<object>>> = {
  policy: policyVectors,
  leaf: leafVectors,
  typed: typedVectors,
  rest: restVectors,
  keys: keysVectors,
  seal: sealVectors,
  file: fileVectors,
  manifest: manifestVectors,
  link: linkVectors,
  card: cardVectors,
  notice: noticeVectors,
  condition: conditionVectors,
  evidence: evidenceVectors,
  challenge: challengeVectors,
};
const check = process.argv.includes('--check');

for (const [name, make] of Object.entries(makers)) {
  const file = new URL(`../test/vectors/${name}.json`, import.meta.url);
  const text = `${JSON.stringify(await make(), null, 1)}\n`;
  if (!check) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`test/vectors/${name}.json is not what the code computes; run: npx node scripts/vectors.ts`);
    process.exitCode = 1;
  }
}
