/** The production export in out/ (`npm run build:app`): a policy in every page, nothing of the demo, and no more bytes than promised. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

const out = join(import.meta.dirname, '../../out');
const read = (name: string) => readFileSync(join(out, name), 'utf8');
const pages = globSync('**/*.html', { cwd: out });

/** Scripts that a page loads first, gzipped. Units: bytes. */
function firstLoad(page: string): number {
  const scripts = [...read(page).matchAll(/<script[^>]* src="\/([^"]+\.js)"(?![^>]*noModule)[^>]*>/g)].map(
    ([, name]) => name,
  );
  return [...new Set(scripts)].reduce((sum, name) => sum + gzipSync(readFileSync(join(out, name as string))).length, 0);
}

describe('the production export', () => {
  it('has a content policy in every page, without unsafe words but one', () => {
    expect(pages.length).toBeGreaterThan(10);
    for (const page of pages) {
      const policy = /Content-Security-Policy" content="([^"]+)"/.exec(read(page))?.[1] ?? '';
      expect(policy, page).toContain("default-src 'none'");
      expect(policy.match(/'unsafe-[a-z-]+'/g), page).toBeNull();
      expect(policy, page).toContain("'wasm-unsafe-eval'");
      expect(policy, page).toContain("require-trusted-types-for 'script'; trusted-types default nextjs");
    }
  });

  it('has no tools and no people of the demo', () => {
    expect(pages.filter((page) => page.startsWith('dev'))).toEqual([]);
    const scripts = globSync('_next/**/*.js', { cwd: out }).map(read).join('\n');
    // A demo person's storage, her kind of wallet, her part of the story, the demo's controls.
    const theirs = ['dintel.persona', 'type:"persona"', 'story-node', 'controlUrl'];
    expect(theirs.filter((word) => scripts.includes(word))).toEqual([]);
  });

  it('loads no more script at first than it did: React and Next are 140 kB of it', () => {
    const sizes = Object.fromEntries(pages.map((page) => [page, firstLoad(page)]));
    process.stdout.write(
      `${Object.entries(sizes)
        .map(([page, size]) => `${page} ${(size / 1000).toFixed(0)} kB`)
        .join('\n')}\n`,
    );
    expect(sizes['index.html']).toBeLessThanOrEqual(160_000);
    for (const [page, size] of Object.entries(sizes)) expect(size, page).toBeLessThanOrEqual(275_000);
  });
});
