/** The testkit of the file format (test/vectors/files, docs/FILE-FORMAT.md) on every path that reads files. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { faultsByRange, faultsByStream, parseVector } from './fileTestkit.ts';

const folder = new URL('../vectors/files/', import.meta.url);
const vectors = readdirSync(folder).map((file) =>
  parseVector(file.replace(/\.txt$/, ''), readFileSync(new URL(file, folder), 'utf8')),
);

describe('the testkit', () => {
  it('has what it promises', () => {
    expect(vectors.length).toBeGreaterThanOrEqual(150);
    expect(vectors.filter((vector) => vector.expect !== 'success').length).toBeGreaterThan(vectors.length / 2);
    for (const vector of vectors) {
      expect(vector.name.startsWith(vector.expect.split(' ')[0] as string), vector.name).toBe(true);
      expect(vector.error === undefined, vector.name).toBe(vector.expect === 'success');
      expect([vector.fileKey, vector.secretKey].filter((key) => key?.length === 32).length, vector.name).toBe(1);
    }
  });

  it('has as many vectors as its page says', () => {
    const page = readFileSync(new URL('../../docs/FILE-FORMAT.md', import.meta.url), 'utf8');
    expect(page).toContain(`holds ${vectors.length} files in text`);
    for (const kind of ['success_', 'header_', 'key_', 'payload_']) {
      const count = vectors.filter(({ name }) => name.startsWith(kind)).length;
      expect(page).toContain(`| \`${kind}\` | ${count} |`);
    }
  });
});

describe.each(vectors.map((vector) => [vector.name, vector] as const))('%s', (_name, vector) => {
  it('as a stream', async () => {
    expect(await faultsByStream(vector)).toEqual([]);
  });

  it('by ranges', async () => {
    expect(await faultsByRange(vector)).toEqual([]);
  });
});
