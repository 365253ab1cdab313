/** What a stranger gets: the tarballs, installed in an empty project outside the repository, type-checked, run and bundled there. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ProtocolError } from 'dintel';
import { build } from 'esbuild';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packLib, packNode } from '../../scripts/pack.ts';

const root = join(import.meta.dirname, '../..');
const resolve = createRequire(import.meta.url).resolve;
const folder = mkdtempSync(join(tmpdir(), 'dintel-pack-'));
const project = join(folder, 'project');
const packages = join(project, 'node_modules');

/** Every Node at hand: the pinned one and, where it is another, the system's. */
const nodes = [process.execPath, '/usr/bin/node', '/usr/local/bin/node'].filter(existsSync);

/** Packs `dist` as npm does and unpacks it where npm would. */
function install(name: string, dist: string): string {
  const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: dist,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [{ filename }] = Object.values(JSON.parse(packed) as { filename: string }[]) as [{ filename: string }];
  const place = join(packages, name);
  mkdirSync(place, { recursive: true });
  const tarball = join(folder, filename.replace('@', '').replace('/', '-'));
  execFileSync('tar', ['-xzf', tarball, '-C', place, '--strip-components', '1']);
  return tarball;
}

/** A dependency as npm would have put it there. */
function link(name: string): void {
  const place = join(packages, name);
  if (existsSync(place)) return;
  mkdirSync(dirname(place), { recursive: true });
  // npm keeps a workspace's own version beside it.
  const nested = join(root, 'node/node_modules', name);
  symlinkSync(existsSync(nested) ? nested : join(root, 'node_modules', name), place);
}

let tarball = '';
let exported: readonly string[] = [];
beforeAll(() => {
  const lib = join(folder, 'lib');
  const manifest = packLib(lib);
  packNode(lib, join(folder, 'node'));
  mkdirSync(packages, { recursive: true });
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'stranger', private: true, type: 'module' }));
  for (const name of Object.keys(manifest.dependencies ?? {})) link(name);
  tarball = install('dintel', lib);
  exported = Object.keys(manifest.exports ?? {}).filter((path) => path !== './package.json');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the tarball of dintel', () => {
  it('holds JavaScript, declarations, the licence and what it says of itself, and nothing else', () => {
    const list = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n');
    const odd = list.filter(
      (name) =>
        !/^package\/([\w/-]+\.(js|d\.ts)|README\.md|LICENSE|package\.json|docs\/(ERRORS|reference\/[\w-]+)\.md)$/.test(
          name,
        ),
    );
    expect(odd).toEqual([]);
    expect(list).toContain('package/LICENSE');
    expect(list).toContain('package/README.md');
    const text = readFileSync(join(packages, 'dintel/package.json'), 'utf8');
    const { sideEffects, type, exports } = JSON.parse(text) as { sideEffects: boolean; type: string; exports: object };
    expect({ sideEffects, type }).toEqual({ sideEffects: false, type: 'module' });
    for (const entry of Object.values(exports)) {
      // What stands on Node's modules is there for Node alone.
      const condition = JSON.stringify(entry).includes('platform/node') ? 'node' : 'default';
      if (typeof entry === 'object') expect(Object.keys(entry as object)).toEqual(['types', condition]);
    }
  });

  it('has the page that every error names, and whatever its README links', () => {
    const place = join(packages, 'dintel');
    const [page = '', anchor = ''] = new ProtocolError('E_DOMAIN', { field: 'a' }).docsUrl.split('#');
    expect(readFileSync(join(place, page), 'utf8').toLowerCase()).toContain(`### ${anchor}`);
    const links = [...readFileSync(join(place, 'README.md'), 'utf8').matchAll(/\]\(([^)#:]+)/g)].map(
      ([, path]) => path as string,
    );
    expect(links.length).toBeGreaterThan(1);
    expect(links.filter((path) => !existsSync(join(place, path)))).toEqual([]);
  });

  it('cites nothing that a stranger has not', () => {
    const place = join(packages, 'dintel');
    const declarations = readdirSync(place, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.d.ts'),
    );
    const citing = declarations.filter((name) =>
      /\b(spec|research)\/[\w-]+|\bDESIGN\b|(?<![\w/])protocol\.md\b/.test(readFileSync(join(place, name), 'utf8')),
    );
    expect(citing).toEqual([]);
  });

  it('has nothing that publint or are-the-types-wrong objects to', async () => {
    const { messages } = await publint({ pkgDir: join(packages, 'dintel'), strict: true, pack: false });
    expect(messages).toEqual([]);
    const attw = join(dirname(resolve('@arethetypeswrong/cli/package.json')), 'dist/index.js');
    // It exits with an error if it finds any.
    execFileSync(process.execPath, [attw, tarball, '--profile', 'esm-only'], { stdio: ['ignore', 'pipe', 'pipe'] });
  });

  it.each([
    // Without the adapters every declaration is checked; theirs would bring those of ethers and viem, which are long.
    ['nodenext', false],
    ['bundler', true],
  ] as const)('type-checks by %s', (moduleResolution, skipLibCheck) => {
    if (skipLibCheck) for (const name of ['ethers', 'viem']) link(name);
    const parts = exported.filter((path) => skipLibCheck || !/ethers|viem/.test(path));
    const code = [
      ...parts.map((path, i) => `import * as part${i} from 'dintel${path.slice(1)}';`),
      `export const parts = [${parts.map((_, i) => `part${i}`).join()}];`,
      `import type { Alice } from 'dintel';`,
      `import { createTestNetwork, type TestNetwork } from 'dintel/testing';`,
      'const net: TestNetwork = await createTestNetwork();',
      'export const alice: Alice = await net.alice();',
    ];
    writeFileSync(join(project, 'main.ts'), code.join('\n'));
    // What a stranger copies from the README of the repository; `npm run stranger` runs it.
    const [, client = ''] = [
      ...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/```(?:ts|js)\n([\s\S]*?)```/g),
    ].map((match) => match[1]);
    expect(client).toContain('bob.retrieve');
    writeFileSync(join(project, 'share.ts'), `declare const process: { argv: string[] };\n${client}`);
    const compilerOptions = {
      strict: true,
      noEmit: true,
      skipLibCheck,
      target: 'es2022',
      lib: ['es2022', 'dom', 'dom.iterable', 'dom.asynciterable', 'esnext.disposable'],
      module: moduleResolution === 'bundler' ? 'esnext' : 'nodenext',
      moduleResolution,
      types: [],
      exactOptionalPropertyTypes: true,
    };
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: skipLibCheck ? ['main.ts', 'share.ts'] : ['main.ts'] }),
    );
    const tsc = join(dirname(resolve('typescript/package.json')), 'bin/tsc');
    let said = '';
    try {
      execFileSync(process.execPath, [tsc, '-p', project], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    } catch (error) {
      said = (error as { stdout: string }).stdout;
    }
    expect(said).toBe('');
  });

  it.each(nodes)('runs what its README shows, on %s', (node) => {
    const text = readFileSync(join(packages, 'dintel/README.md'), 'utf8');
    const snippets = [...text.matchAll(/```js\n([\s\S]*?)```/g)].map((match) => match[1] as string);
    expect(snippets).toHaveLength(2);
    const said = snippets.map((snippet, i) => {
      writeFileSync(join(project, `readme${i}.js`), snippet);
      return execFileSync(node, [join(project, `readme${i}.js`)], { encoding: 'utf8' }).trim();
    });
    expect(said).toEqual(['for Bob', 'hello']);
  });

  it('is bundled for browsers without a setting, and what is not used is left out', async () => {
    const bundle = async (contents: string) => {
      const options = { bundle: true, minify: true, write: false, format: 'esm', platform: 'browser' } as const;
      const { outputFiles, warnings } = await build({ stdin: { contents, resolveDir: project }, ...options });
      expect(warnings).toEqual([]);
      return outputFiles[0]?.contents.length ?? 0;
    };
    const all = await bundle(`export * from 'dintel'; export * as testing from 'dintel/testing'`);
    const one = await bundle(`export { keccak } from 'dintel/protocol'`);
    expect(all).toBeGreaterThan(100_000);
    expect(one).toBeLessThan(12_000);
  });
});

describe('the tarball of @dintel/node', () => {
  it('has a command line that starts, and a library it finds', () => {
    install('@dintel/node', join(folder, 'node'));
    const place = join(packages, '@dintel/node');
    const manifest = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')) as {
      version: string;
      dependencies: Record<string, string>;
    };
    for (const name of Object.keys(manifest.dependencies)) link(name);
    const run = (...args: string[]) =>
      execFileSync(process.execPath, [join(place, 'bin/dintel.js'), ...args], { encoding: 'utf8' });
    expect(run('--version').trim()).toContain(manifest.version);
    expect(run('ursula', '--help')).toContain('run');
    const sources = readdirSync(place, { recursive: true, encoding: 'utf8' });
    expect(sources.filter((name) => name.endsWith('.ts'))).toEqual([]);
  });
});
