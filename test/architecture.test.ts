/**
 * Holds the line of docs/ARCHITECTURE.md: imports point down only, the core reaches a chain through one door, and nothing that the
 * house rules forbid has crept in. Reads the sources as text; runs none of them.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts', '*.tsx', '*.mjs', '*.sol'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '');

/** Rooms from the top of the house to the bottom; a file may import from its own room and from rooms below. */
const rooms = [
  'app',
  'node',
  'lib/platform',
  'lib/testing',
  'lib/characters',
  'lib/storage',
  'lib/chain',
  'lib/keys',
  'lib/protocol',
  'lib/umbral',
] as const;
type Room = (typeof rooms)[number];

/** Which room each published subpath of `dintel` opens. */
const subpaths: Record<string, Room> = {
  dintel: 'lib/characters',
  'dintel/ursula': 'lib/characters',
  'dintel/platform': 'lib/platform',
  'dintel/testing': 'lib/testing',
  'dintel/chain': 'lib/chain',
  'dintel/keys': 'lib/keys',
  'dintel/protocol': 'lib/protocol',
  'dintel/umbral': 'lib/umbral',
};

/** What each room may import from npm; the scheme needs only noble, and no core file needs a chain library. */
const allowed: Partial<Record<Room, RegExp>> = {
  'lib/umbral': /^@noble\/(curves|ciphers|hashes)\//,
  'lib/protocol': /^(@noble\/(curves|ciphers|hashes)\/|@scure\/bip39)/,
  'lib/keys': /^(@noble\/(ciphers|hashes)\/|@scure\/bip39)/,
  'lib/chain': /^@noble\//,
  'lib/storage': /^@noble\//,
  'lib/characters': /^@noble\//,
  'lib/platform': /^@noble\/hashes\//,
};

/** What Node adds is the only part of lib that may know its modules. */
const forNode = (file: string, specifier: string): boolean =>
  file.startsWith('lib/platform/node/') && specifier.startsWith('node:');

/** The adapters are the only files of lib that may know a chain library. */
const adapters = new Map([
  ['lib/chain/ethers.ts', /^ethers$/],
  ['lib/chain/viem.ts', /^viem(\/|$)/],
]);

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$|\s\/\/ .*$/gm, '');

const roomOf = (file: string): Room | undefined => rooms.find((room) => file.startsWith(`${room}/`));

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found = text.matchAll(
    /^(?:import|export)\s+(?:[\w*{][^'"=;()]*\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm,
  );
  return [...found].map((match) => (match[1] ?? match[2]) as string);
}

function targetRoom(file: string, specifier: string): Room | undefined {
  if (specifier.startsWith('.')) return roomOf(`${posix.normalize(posix.join(dirname(file), specifier))}/`);
  const published = Object.keys(subpaths)
    .filter((name) => specifier === name || specifier.startsWith(`${name}/`))
    .sort((a, b) => b.length - a.length)[0];
  return published === undefined ? undefined : subpaths[published];
}

const sources = tracked.filter(
  (file) =>
    /\.(ts|tsx)$/.test(file) &&
    roomOf(file) !== undefined &&
    !file.includes('/kernel/') &&
    existsSync(join(root, file)),
);

describe('architecture', () => {
  it('reads the sources it means to judge', () => {
    expect(sources.length).toBeGreaterThan(10);
  });

  it('imports point down only', () => {
    const faults: string[] = [];
    for (const file of sources) {
      const from = rooms.indexOf(roomOf(file) as Room);
      for (const specifier of importsOf(file)) {
        const target = targetRoom(file, specifier);
        if (target === undefined) continue;
        const to = rooms.indexOf(target);
        if (to < from) faults.push(`${file} imports ${specifier}, which lies above it`);
        if (file.startsWith('app/') && target === 'node') faults.push(`${file} imports node`);
        if (file.startsWith('node/') && target === 'app') faults.push(`${file} imports app`);
      }
    }
    expect(faults).toEqual([]);
  });

  it('the core of lib reaches no chain library, no Node module and nothing it does not declare', () => {
    const faults: string[] = [];
    for (const file of sources.filter((name) => name.startsWith('lib/'))) {
      for (const specifier of importsOf(file)) {
        if (specifier.startsWith('.') || targetRoom(file, specifier) !== undefined) continue;
        if (adapters.get(file)?.test(specifier) === true || forNode(file, specifier)) continue;
        if (allowed[roomOf(file) as Room]?.test(specifier) !== true) faults.push(`${file} imports ${specifier}`);
      }
    }
    expect(faults).toEqual([]);
  });

  it('the arithmetic of Umbral stays behind the engine', () => {
    const faults = sources
      .filter((file) => file.startsWith('lib/') && !/^lib\/umbral\/engine(\/|\.ts$)/.test(file))
      .filter((file) => importsOf(file).some((specifier) => specifier.startsWith('@noble/curves')));
    expect(faults).toEqual([]);
  });

  it('lib uses no Buffer and no process', () => {
    const faults = sources
      .filter((file) => file.startsWith('lib/'))
      .filter((file) =>
        /\bBuffer\b|\bprocess\.|\brequire\(/.test(withoutComments(readFileSync(join(root, file), 'utf8'))),
      );
    expect(faults).toEqual([]);
  });

  it('no test is skipped or alone, no type is waved through, no mark is left without an issue', () => {
    const inCode = /\b(?:it|test|describe|suite)\.(?:skip|only|todo)\b|\bas any\b|: any\b/;
    const anywhere = /@ts-ignore|@ts-expect-error|\b(?:TODO|FIXME|XXX|HACK)\b/;
    const faults = tracked
      .filter((file) => existsSync(join(root, file)) && file !== relative(root, import.meta.filename))
      .filter((file) => {
        const text = readFileSync(join(root, file), 'utf8');
        return anywhere.test(text) || inCode.test(withoutComments(text));
      });
    expect(faults).toEqual([]);
  });
});
