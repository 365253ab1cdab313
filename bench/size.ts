/**
 * What a page pays for a part of the library: bundled, split and minified by esbuild, then gzip -9 of all that loads with it;
 * parts that are imported when they are first needed (a conviction, a challenge) are not of that. Run: `npx node bench/size.ts [--json]`;
 * exits 1 when a limit is passed. The peer's figure is its WebAssembly file alone, without its JavaScript.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** One bundle: bytes after gzip, and the most it may be. */
export interface SizeRow {
  readonly what: string;
  readonly gzipBytes: number;
  readonly limit?: number;
}

const kB = 1000;
const root = join(import.meta.dirname, '..');

async function bundle(code: string): Promise<number> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: root, loader: 'ts', sourcefile: 'entry.ts' },
    absWorkingDir: root,
    outdir: 'out',
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
  });
  const loaded = new Set<string>();
  const load = (path: string): void => {
    if (loaded.has(path)) return;
    loaded.add(path);
    for (const { path: next, kind } of metafile.outputs[path]?.imports ?? [])
      if (kind === 'import-statement') load(next);
  };
  for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) if (entryPoint === 'entry.ts') load(path);
  return outputFiles
    .filter(({ path }) => loaded.has(relative(root, path)))
    .reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
}

/**
 * What others' clients weigh with everything a page must load of them, kB after gzip -9, by the same bundler: measured once, at these
 * versions, for the design (they are not installed here).
 */
const others: readonly (readonly [string, number])[] = [
  ['@nucypher/taco 0.6', 1_294],
  ['Lit js-sdk 7.4', 1_020],
  ['nucypher-ts 0.9', 419],
  ['Kavach (lighthouse) 0.2', 240],
];

/** Sizes of the published entry points beside the peer. */
export async function benchSize(): Promise<SizeRow[]> {
  const peer = join(createRequire(import.meta.url).resolve('@nucypher/umbral-pre'), '..');
  const wasm = ['umbral_pre_wasm_bg.wasm', 'umbral_pre_bg.wasm'].flatMap((name) => {
    try {
      return [readFileSync(join(peer, name))];
    } catch {
      return [];
    }
  })[0];
  return [
    { what: 'dintel/umbral, both engines', gzipBytes: await bundle("export * from 'dintel/umbral'"), limit: 50 * kB },
    {
      what: 'Alice and Bob over HTTP',
      gzipBytes: await bundle("export { Alice, Bob } from 'dintel'"),
      limit: 106 * kB,
    },
    { what: 'Bob alone', gzipBytes: await bundle("export { Bob } from 'dintel'"), limit: 87 * kB },
    ...(wasm === undefined
      ? []
      : [{ what: 'umbral-pre, its WebAssembly alone', gzipBytes: gzipSync(wasm, { level: 9 }).length }]),
    ...others.map(([what, size]) => ({ what, gzipBytes: size * kB })),
  ];
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { json: { type: 'boolean' } } });
  const rows = await benchSize();
  if (values.json === true) console.log(JSON.stringify({ rows }));
  else {
    console.log(`${'bundle'.padEnd(36)}${'kB gzip'.padStart(8)}${'limit'.padStart(8)}`);
    for (const { what, gzipBytes, limit } of rows) {
      console.log(
        `${what.padEnd(36)}${(gzipBytes / kB).toFixed(1).padStart(8)}${(limit === undefined ? '' : String(limit / kB)).padStart(8)}`,
      );
    }
  }
  process.exitCode = rows.some(({ gzipBytes, limit }) => limit !== undefined && gzipBytes > limit) ? 1 : 0;
}
