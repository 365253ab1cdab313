/**
 * Writes docs/reference from the declarations that tsc makes of lib: every export of every published subpath with its comment and its
 * type. `npx node scripts/apiReference.ts [--check]`; with --check it writes nothing and exits 1 if a page is not what it would write.
 *
 * Owns: reading declarations as tsc prints them (one statement after another, each beginning at the margin), pages, docs/llms.txt.
 * Owns not: the words, which are the comments of lib.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packLib } from './pack.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'docs/reference');

type Kind = 'class' | 'function' | 'type' | 'constant';

/** One declaration: its comment as prose, its text without the comment. */
interface Declaration {
  readonly kind: Kind;
  readonly comment: string;
  readonly text: string;
}

/** What a module exports, by name. */
type Exports = Map<string, Declaration & { readonly file: string }>;

const starts = /^(?:export|import|declare|interface|type|abstract)\b/;
const named = /^(?:export )?(?:declare )?(?:abstract )?(class|function|interface|type|const|let)\s+([A-Za-z_$][\w$]*)/;

const kinds: Readonly<Record<string, Kind>> = {
  class: 'class',
  function: 'function',
  interface: 'type',
  type: 'type',
  const: 'constant',
  let: 'constant',
};

/** A comment's prose. */
function proseOf(comment: string): string {
  return comment
    .replace(/^\/\*\*|\*\/$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .replace(/\{@link ([^}]+)\}/g, '`$1`')
    .replace(/^@example /m, 'Example: ')
    .trim();
}

/** The statements of a file, each a list of its lines with the comment before it in front. */
function statementsOf(text: string): readonly string[][] {
  const lines = text.split('\n');
  const statements: string[][] = [];
  let comment = '';
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i] as string;
    if (line.startsWith('/**')) {
      const first = i;
      while (!(lines[i] as string).includes('*/')) i += 1;
      comment = lines.slice(first, i + 1).join('\n');
    } else if (starts.test(line)) {
      statements.push([comment, line]);
      comment = '';
    } else if (line !== '') statements.at(-1)?.push(line);
  }
  return statements;
}

/** What a file says of itself. From its source: declarations lose it with the first import. */
function headerOf(file: string): string {
  const text = readFileSync(join(root, 'lib', file.replace(/\.d\.ts$/, '.ts')), 'utf8');
  return proseOf(/^\/\*\*[\s\S]*?\*\//.exec(text)?.[0] ?? '');
}

class Library {
  readonly #root: string;
  readonly #read = new Map<string, { readonly header: string; readonly exports: Exports }>();

  constructor(folder: string) {
    this.#root = folder;
  }

  /** Exports of a module, those it passes on included. Shape: a path below the library, as `umbral/index.d.ts`. */
  module(file: string): { readonly header: string; readonly exports: Exports } {
    const known = this.#read.get(file);
    if (known !== undefined) return known;
    const statements = statementsOf(readFileSync(join(this.#root, file), 'utf8'));
    const header = headerOf(file);
    const local: Exports = new Map();
    const exports: Exports = new Map();
    const result = { header, exports };
    this.#read.set(file, result);
    const target = (path: string): Exports => this.module(join(dirname(file), path.replace(/\.js$/, '.d.ts'))).exports;
    for (const [comment = '', ...lines] of statements) {
      const text = lines.join('\n');
      const all = /^export \* from '([^']+)'/.exec(text);
      const some = /^export (?:type )?\{([\s\S]*?)\}(?: from '([^']+)')?/.exec(text);
      if (all) for (const [name, one] of target(all[1] as string)) exports.set(name, one);
      else if (some) {
        const from = some[2] === undefined ? local : target(some[2]);
        for (const part of (some[1] as string).split(',')) {
          const [name = '', as = name] = part
            .trim()
            .replace(/^type /, '')
            .split(' as ');
          const one = from.get(name);
          if (one !== undefined) exports.set(as, one);
        }
      } else this.#declare(comment, text, file, local, exports);
    }
    return result;
  }

  #declare(comment: string, text: string, file: string, local: Exports, exports: Exports): void {
    const [, word, name] = named.exec(text) ?? [];
    if (word === undefined || name === undefined) return;
    const before = local.get(name);
    // An overload belongs to the first of its name.
    const together = before?.kind === 'function' && kinds[word] === 'function';
    const prose = [before?.comment, proseOf(comment)].filter((part) => part !== undefined && part !== '');
    const one = {
      kind: kinds[word] as Kind,
      comment: together ? prose.join('\n\n') : proseOf(comment),
      text: together ? `${before?.text}\n${text}` : text,
      file,
    };
    local.set(name, one);
    if (text.startsWith('export')) exports.set(name, one);
  }
}

/** Classes that an editor would show without a word, and what anybody is opened with. */
const mute = (library: Library, files: readonly string[]): readonly string[] =>
  files.flatMap((file) =>
    [...library.module(file).exports]
      .filter(([name, one]) => one.comment === '' && (one.kind === 'class' || /Options$/.test(name)))
      .map(([name, one]) => `${name} (${one.file})`),
  );

/** A constant longer than this is data. Units: lines. */
const longest = 24;

/** As a reader wants it: no `export declare`, no private members. */
const shown = ({ kind, text }: Declaration): string =>
  (kind === 'constant' && text.split('\n').length > longest ? `${text.slice(0, text.indexOf('\n'))} …` : text)
    .replace(/^export (?:declare )?/gm, '')
    .replace(/^ {4}(?:#private|private [^;{]*);\n?/gm, '')
    .replace(/^( +)/gm, (spaces) => ' '.repeat(spaces.length / 2));

const headings: readonly (readonly [Kind, string])[] = [
  ['class', 'Classes'],
  ['function', 'Functions'],
  ['type', 'Types'],
  ['constant', 'Constants'],
];

const pageName = (subpath: string): string => `${subpath.replaceAll('/', '-')}.md`;

/** All pages by file name. */
function pagesOf(library: Library, entries: readonly (readonly [subpath: string, file: string])[]) {
  const pages = new Map<string, string>();
  /** Where a declaration was told first. */
  const told = new Map<Declaration, string>();
  const rows: string[] = [];
  for (const [subpath, file] of entries) {
    const { header, exports } = library.module(file);
    const list = [...exports].sort(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
    const fresh = list.filter(([, one]) => !told.has(one));
    const again = list.filter(([, one]) => told.has(one));
    for (const [, one] of fresh) told.set(one, subpath);
    const about = header.replace(/ ?Re-exports only\./, '');
    const lines = [`# ${subpath}`, ...(about === '' ? [] : ['', about])];
    for (const [kind, heading] of headings) {
      const ofKind = fresh.filter(([, one]) => one.kind === kind);
      if (ofKind.length > 0) lines.push('', `## ${heading}`);
      for (const [name, one] of ofKind) {
        const comment = one.comment === '' ? [] : ['', one.comment];
        lines.push('', `### ${name}`, ...comment, '', '```ts', shown(one), '```');
      }
    }
    if (again.length > 0) {
      const links = again.map(
        ([name, one]) => `[\`${name}\`](${pageName(told.get(one) as string)}#${name.toLowerCase()})`,
      );
      lines.push('', '## Exported here too', '', links.join(', '));
    }
    pages.set(pageName(subpath), `${lines.join('\n')}\n`);
    const names = fresh
      .filter(([, { kind }]) => kind === 'class' || kind === 'function')
      .map(([name]) => `\`${name}\``);
    rows.push(
      `| [\`${subpath}\`](${pageName(subpath)}) | ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''} |`,
    );
  }
  const about =
    'Written by `npx node scripts/apiReference.ts` from the declarations of lib; do not edit. Error codes: [ERRORS.md](../ERRORS.md).';
  pages.set('README.md', ['# Reference', '', about, '', '| import | |', '| --- | --- |', ...rows, ''].join('\n'));
  return pages;
}

/** For programs that read documentation: what there is, in one sentence each. Source: llmstxt.org. */
function llmsText(subpaths: readonly string[]): string {
  const titles = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  const docs = titles.map((name) => {
    const [title = name] = readFileSync(join(root, 'docs', name), 'utf8').split('\n');
    return `- [${title.replace(/^# /, '')}](${name})`;
  });
  return [
    '# Dintel',
    '',
    '> Threshold proxy re-encryption (Umbral) in TypeScript: Alice encrypts once, grants access through N nodes of which any M must',
    '> answer, and may go offline; no node sees plaintext or key; access ends when she says; a lying node is convicted on chain.',
    '',
    '`npm install dintel`. ES modules; no initialisation, no polyfill. In tests: `createTestNetwork()` of `dintel/testing`.',
    '',
    '## Documents',
    '',
    ...docs,
    '- [Examples](../examples/README.md)',
    '',
    '## Reference',
    '',
    ...subpaths.map((subpath) => `- [${subpath}](reference/${pageName(subpath)})`),
    '',
  ].join('\n');
}

const check = process.argv.includes('--check');
const out = mkdtempSync(join(tmpdir(), 'dintel-reference-'));
try {
  packLib(out);
  const { exports } = JSON.parse(readFileSync(join(root, 'lib/package.json'), 'utf8')) as {
    exports: Record<string, string>;
  };
  const entries = Object.entries(exports)
    .filter(([, file]) => file.endsWith('.ts'))
    .map(([path, file]) => [`dintel${path.slice(1)}`, file.slice(2).replace(/\.ts$/, '.d.ts')] as const);
  const library = new Library(out);
  const silent = mute(
    library,
    entries.map(([, file]) => file),
  );
  for (const one of silent) console.log(`${one} has no comment of its own`);
  if (silent.length > 0) process.exitCode = 1;
  const pages = new Map([...pagesOf(library, entries)].map(([name, text]) => [join(folder, name), text]));
  pages.set(join(root, 'docs/llms.txt'), llmsText(entries.map(([subpath]) => subpath)));
  const read = (file: string): string | undefined => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return undefined;
    }
  };
  mkdirSync(folder, { recursive: true });
  const stale = readdirSync(folder).filter((name) => !pages.has(join(folder, name)));
  const changed = [...pages].filter(([file, text]) => read(file) !== text);
  if (check) {
    for (const name of stale) console.log(`docs/reference/${name} is no longer written`);
    for (const [file] of changed) console.log(`${file.slice(root.length + 1)} is not what lib says`);
    if (stale.length + changed.length > 0) {
      console.log('run: npx node scripts/apiReference.ts');
      process.exitCode = 1;
    }
  } else {
    for (const name of stale) rmSync(join(folder, name));
    for (const [file, text] of changed) writeFileSync(file, text);
    console.log(`${changed.length} of ${pages.size} pages written`);
  }
} finally {
  rmSync(out, { recursive: true, force: true });
}
