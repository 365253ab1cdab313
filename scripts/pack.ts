/**
 * Makes what is published: `npx node scripts/pack.ts` writes lib/dist and node/dist, each a package that `npm publish` takes as it is.
 * Sources in the repository are TypeScript and run as they are; a package in node_modules must be JavaScript.
 *
 * Owns: compiling, rewritten exports, the list of files. Owns not: versions and dependencies (the package.json beside the sources).
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { withoutNotes } from './citations.ts';

const root = join(import.meta.dirname, '..');
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly [member: string]: unknown;
}

const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

const writeJson = (file: string, value: unknown) => writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`);

interface Compiled {
  readonly source: string;
  readonly out: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Below `source`. Default: all of it. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

/** Compiles `source` into `out`, JavaScript and declarations side by side, over what lies there. */
function compile({ source, out, options, include = ['.'], exclude = [] }: Compiled) {
  mkdirSync(out, { recursive: true });
  const project = join(out, 'tsconfig.json');
  writeJson(project, {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      allowImportingTsExtensions: false,
      rewriteRelativeImportExtensions: true,
      rootDir: source,
      outDir: out,
      typeRoots: [join(root, 'node_modules/@types')],
      ...options,
    },
    include: include.map((name) => join(source, name)),
    exclude: [out, join(source, 'node_modules'), ...exclude.map((name) => join(source, name))],
  });
  try {
    execFileSync(process.execPath, [tsc, '-p', project], { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
  } catch (error) {
    throw new Error(`tsc: ${(error as { stdout?: string }).stdout ?? ''}`, { cause: error });
  }
  rmSync(project);
  for (const name of globSync('**/*.{js,d.ts}', { cwd: out })) {
    const file = join(out, name);
    const text = readFileSync(file, 'utf8');
    // What tsc leaves: specifiers in declarations, and files that a program starts by their URL.
    const mended = withoutNotes(text).replace(
      /((?:from|import\(|new URL\()\s*['"]\.{1,2}\/[^'"]+)\.ts(['"])/g,
      '$1.js$2',
    );
    if (mended !== text) writeFileSync(file, mended);
  }
}

/** Declarations of `dintel`'s subpaths as compiled, for a program that imports them. */
function declarationsOf(libOut: string): Record<string, readonly string[]> {
  const { exports = {} } = readManifest(join(root, 'lib'));
  return Object.fromEntries(
    Object.entries(exports)
      .filter(([, file]) => file.endsWith('.ts'))
      .map(([path, file]) => [`dintel${path.slice(1)}`, [join(libOut, file.replace(/\.ts$/, '.d.ts'))]]),
  );
}

/** What stands on Node's own modules, and is there under the condition `node` alone. */
const forNode = 'platform/node';

/** What a package says of an entry, from its source. */
function conditionsOf(path: string, file: string): unknown {
  if (!file.endsWith('.ts')) return file;
  const [types, script] = ['.d.ts', '.js'].map((ending) => file.replace(/\.ts$/, ending));
  return path === `./${forNode}` ? { types, node: script } : { types, default: script };
}

/** `dintel` as it is published. */
export function packLib(out = join(root, 'lib/dist')): Manifest {
  const source = join(root, 'lib');
  const exclude = ['umbral/kernel', 'dist'];
  rmSync(out, { recursive: true, force: true });
  compile({ source, out, options: { declaration: true, types: ['node'] }, include: [forNode], exclude });
  // The rest after it: it knows no type of Node, and its declarations name none.
  compile({ source, out, options: { declaration: true, types: [] }, exclude: [...exclude, forNode] });
  const {
    exports = {},
    engines,
    dependencies,
    peerDependencies,
    peerDependenciesMeta,
    ...about
  } = readManifest(source);
  const manifest: Manifest = {
    ...about,
    files: ['**/*.js', '**/*.d.ts', 'docs/**'],
    engines,
    exports: Object.fromEntries(
      Object.entries(exports).map(([path, file]) => [path, conditionsOf(path, file)]),
    ) as never,
    dependencies: dependencies ?? {},
    peerDependencies,
    peerDependenciesMeta,
  };
  writeJson(join(out, 'package.json'), manifest);
  for (const name of ['README.md', 'LICENSE']) copyFileSync(join(source, name), join(out, name));
  // What an error's `docsUrl` names, and what the README links.
  for (const name of ['ERRORS.md', 'reference'])
    cpSync(join(root, 'docs', name), join(out, 'docs', name), { recursive: true });
  return manifest;
}

/** `@dintel/node` as it is published; `libOut` must hold {@link packLib}'s result. */
export function packNode(libOut = join(root, 'lib/dist'), out = join(root, 'node/dist')): Manifest {
  const source = join(root, 'node');
  if (!existsSync(join(libOut, 'index.d.ts')))
    throw new Error(`there is no compiled library in ${relative(root, libOut)}`);
  rmSync(out, { recursive: true, force: true });
  compile({ source, out, options: { declaration: false, paths: declarationsOf(libOut) }, exclude: ['dist'] });
  cpSync(join(source, 'bin'), join(out, 'bin'), { recursive: true });
  const manifest: Manifest = { ...readManifest(source), files: ['**/*.js'] };
  writeJson(join(out, 'package.json'), manifest);
  for (const name of ['README.md', 'LICENSE']) copyFileSync(join(source, name), join(out, name));
  return manifest;
}

if (import.meta.main) {
  for (const { name, version } of [packLib(), packNode()]) console.log(`${name} ${version} is ready`);
}
