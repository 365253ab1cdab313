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

/** Compiles `source` into `out`, JavaScript and declarations side by side. */
function compile(source: string, out: string, options: Readonly<Record<string, unknown>>, exclude: readonly string[]) {
  rmSync(out, { recursive: true, force: true });
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
    include: [source],
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
    const mended = text.replace(/((?:from|import\(|new URL\()\s*['"]\.{1,2}\/[^'"]+)\.ts(['"])/g, '$1.js$2');
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

/** `dintel` as it is published. */
export function packLib(out = join(root, 'lib/dist')): Manifest {
  const source = join(root, 'lib');
  compile(source, out, { declaration: true, types: [] }, ['umbral/kernel', 'dist']);
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
    files: ['**/*.js', '**/*.d.ts'],
    engines,
    exports: Object.fromEntries(
      Object.entries(exports).map(([path, file]) => [
        path,
        file.endsWith('.ts') ? { types: file.replace(/\.ts$/, '.d.ts'), default: file.replace(/\.ts$/, '.js') } : file,
      ]),
    ) as never,
    dependencies: dependencies ?? {},
    peerDependencies,
    peerDependenciesMeta,
  };
  writeJson(join(out, 'package.json'), manifest);
  for (const name of ['README.md', 'LICENSE']) copyFileSync(join(source, name), join(out, name));
  return manifest;
}

/** `@dintel/node` as it is published; `libOut` must hold {@link packLib}'s result. */
export function packNode(libOut = join(root, 'lib/dist'), out = join(root, 'node/dist')): Manifest {
  const source = join(root, 'node');
  if (!existsSync(join(libOut, 'index.d.ts')))
    throw new Error(`there is no compiled library in ${relative(root, libOut)}`);
  compile(source, out, { declaration: false, paths: declarationsOf(libOut) }, ['dist']);
  cpSync(join(source, 'bin'), join(out, 'bin'), { recursive: true });
  const manifest: Manifest = { ...readManifest(source), files: ['**/*.js'] };
  writeJson(join(out, 'package.json'), manifest);
  for (const name of ['README.md', 'LICENSE']) copyFileSync(join(source, name), join(out, name));
  return manifest;
}

if (import.meta.main) {
  for (const { name, version } of [packLib(), packNode()]) console.log(`${name} ${version} is ready`);
}
