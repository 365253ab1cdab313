/**
 * What a page pays for a part of the library: bundled, split and minified by esbuild, then gzip -9 of every file by itself. `first` is
 * what loads with the page, and all that granting and retrieving ever need in an ordinary browser; `total` has, too, what is imported
 * when it is first asked for (extending, revoking, rotating, the list of grants, challenges, convictions: `lib/characters/later.ts`),
 * and the engine for pages whose policy refuses WebAssembly (`lib/umbral/engine/noble.ts`). Run:
 * `npx node bench/size.ts [--json]`; exits 1 when `first` passes a limit. The peer's figure is its WebAssembly file alone, without its
 * JavaScript.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** Bytes after gzip. */
interface BundleSize {
  /** What the entry imports statically. */
  readonly first: number;
  /** With what it imports dynamically. */
  readonly total: number;
}

/** One bundle, and the most that may load first. */
export interface SizeRow extends BundleSize {
  readonly what: string;
  readonly limit?: number;
}

const kB = 1000;
const root = join(import.meta.dirname, '..');

async function bundle(code: string): Promise<BundleSize> {
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
  const sizes = new Map(
    outputFiles.map(({ path, contents }) => [relative(root, path), gzipSync(contents, { level: 9 }).length]),
  );
  const loading = (kinds: readonly string[]): number => {
    const loaded = new Set<string>();
    const load = (path: string): void => {
      if (loaded.has(path)) return;
      loaded.add(path);
      for (const { path: next, kind } of metafile.outputs[path]?.imports ?? []) if (kinds.includes(kind)) load(next);
    };
    for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) if (entryPoint === 'entry.ts') load(path);
    return [...loaded].reduce((sum, path) => sum + (sizes.get(path) ?? 0), 0);
  };
  return { first: loading(['import-statement']), total: loading(['import-statement', 'dynamic-import']) };
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

/** Something that loads in one piece. */
const whole = (what: string, bytes: number): SizeRow => ({ what, first: bytes, total: bytes });

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
    { what: 'dintel/umbral', ...(await bundle("export * from 'dintel/umbral'")), limit: 34.5 * kB },
    {
      what: 'Alice and Bob over HTTP',
      ...(await bundle("export { Alice, Bob } from 'dintel'")),
      limit: 95.5 * kB,
    },
    { what: 'Bob alone', ...(await bundle("export { Bob } from 'dintel'")), limit: 76.5 * kB },
    ...(wasm === undefined ? [] : [whole('umbral-pre, its WebAssembly alone', gzipSync(wasm, { level: 9 }).length)]),
    ...others.map(([what, size]) => whole(what, size * kB)),
  ];
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { json: { type: 'boolean' } } });
  const rows = await benchSize();
  if (values.json === true) console.log(JSON.stringify({ rows }));
  else {
    const line = (what: string, ...cells: readonly string[]) =>
      console.log(what.padEnd(36) + cells.map((cell) => cell.padStart(8)).join(''));
    line('kB gzip', 'first', 'limit', 'total');
    for (const { what, first, total, limit } of rows) {
      line(what, (first / kB).toFixed(1), limit === undefined ? '' : String(limit / kB), (total / kB).toFixed(1));
    }
  }
  process.exitCode = rows.some(({ first, limit }) => limit !== undefined && first > limit) ? 1 : 0;
}
