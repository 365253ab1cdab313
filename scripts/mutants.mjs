/**
 * `npm run test:mutants -- --minutes 15 --seed 1 [--file Ledger]`: are the Solidity tests awake? It changes one place of one contract
 * at a time (a comparison, a boundary, an operator of arithmetic, a deleted check or effect, two arguments exchanged), compiles
 * quickly, runs the suites that concern the file, and notes whether they failed. Outside CI: a mutant takes half a minute or more.
 *
 * It works on a copy under .mutants/ and never touches contracts/. Verdicts go to .mutants/seed-N.jsonl, one line each, so that a
 * run that was stopped goes on where it was. What does not compile is not counted. The order of mutants follows from the seed alone.
 */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { resolve } from 'node:path';

const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const seed = Number(option('seed', '1'));
const minutes = Number(option('minutes', '15'));
const only = option('file', '');
const copy = resolve('.mutants/copy');
const log = `.mutants/seed-${seed}.jsonl`;

/** Suites that see a file; a mutant in what everybody uses meets all of the escrow's. */
const suites = (path) => {
  if (/Leaves|PolicyManager/.test(path)) return ['PolicyManager.t.sol', 'PolicyInvariants.t.sol'];
  if (/Adjudicator|CanonicalEvidence|ReencryptionProof/.test(path))
    return ['Adjudicator.t.sol', 'ReencryptionProof.t.sol'];
  if (/Activity|Lanes|Weights/.test(path)) return ['Activity.t.sol', 'MinerEscrow.t.sol', 'EscrowInvariants.t.sol'];
  return ['MinerEscrow.t.sol', 'EscrowInvariants.t.sol'];
};

const operators = [
  { kind: 'comparison', pattern: / (==|!=) /g, change: ([, sign]) => (sign === '==' ? ' != ' : ' == ') },
  {
    kind: 'boundary',
    pattern: / (<=|>=|<|>) /g,
    change: ([, sign]) => ` ${{ '<=': '<', '>=': '>', '<': '<=', '>': '>=' }[sign]} `,
  },
  {
    kind: 'arithmetic',
    pattern: / (\+|-|\*|\/|%) /g,
    change: ([, sign]) => ` ${{ '+': '-', '-': '+', '*': '/', '/': '*', '%': '/' }[sign]} `,
  },
  { kind: 'deleted check', pattern: /^ +require\([^;]*\);/gm, change: () => '' },
  { kind: 'deleted effect', pattern: /^ +[\w.[\]()]+ (=|\+=|-=|\|=|\^=) [^;{}]*;/gm, change: () => '' },
  {
    kind: 'swapped arguments',
    pattern: /(\w\()([\w.]+), ([\w.]+)(?=[,)])/g,
    change: ([, call, a, b]) => `${call}${b}, ${a}`,
  },
];

/** Every mutant of a source, outside comments, imports and declarations. */
function mutantsOf(path, text) {
  const quiet = text.replace(
    /\/\*[\s\S]*?\*\/|\/\/.*$|^(import|using|pragma).*$|^ *(error|event|function|constructor).*$/gm,
    (part) => part.replace(/[^\n]/g, ' '),
  );
  return operators.flatMap(({ kind, pattern, change }) =>
    [...quiet.matchAll(pattern)].map((match) => ({
      path,
      kind,
      at: match.index,
      line: text.slice(0, match.index).split('\n').length + (match[0].match(/^\n*/)?.[0].length ?? 0),
      was: match[0].trim(),
      now: change(match).trim(),
      text: text.slice(0, match.index) + change(match) + text.slice(match.index + match[0].length),
    })),
  );
}

/** Fisher and Yates with a generator that the seed starts. */
function shuffled(list) {
  let state = seed >>> 0 || 1;
  const roll = (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
  const result = [...list];
  for (let i = result.length - 1; i > 0; i -= 1) {
    const j = roll(i + 1);
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}

const sources = ['contracts', 'contracts/libraries']
  .flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}`))
  .filter((path) => path.endsWith('.sol') && path.includes(only))
  .sort();
const mutants = shuffled(sources.flatMap((path) => mutantsOf(path, readFileSync(path, 'utf8'))));

mkdirSync(copy, { recursive: true });
for (const part of ['contracts', 'scripts', 'hardhat.config.ts', 'package.json', 'tsconfig.json'])
  cpSync(part, `${copy}/${part}`, { recursive: true });
if (!existsSync(`${copy}/node_modules`)) symlinkSync(resolve('node_modules'), `${copy}/node_modules`);
const hardhat = (limit, ...args) =>
  spawnSync('hardhat', args, { cwd: copy, encoding: 'utf8', timeout: limit, killSignal: 'SIGKILL' });

const name = ({ path, kind, at }) => `${path} ${kind} ${at}`;
const known = new Map(
  existsSync(log)
    ? readFileSync(log, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
        .map((one) => [name(one), one])
    : [],
);
const until = Date.now() + minutes * 60_000;
for (const { text, ...mutant } of mutants) {
  if (Date.now() > until) break;
  if (known.has(name(mutant))) continue;
  const original = readFileSync(mutant.path, 'utf8');
  writeFileSync(`${copy}/${mutant.path}`, text);
  const built = hardhat(300_000, 'build');
  let verdict = 'invalid';
  if (built.status === 0) {
    const tests = suites(mutant.path).map((suite) => `contracts/test/${suite}`);
    const { status, signal } = hardhat(300_000, 'test', 'solidity', ...tests);
    verdict = signal !== null ? 'killed by time' : status === 0 ? 'survived' : 'killed';
  }
  writeFileSync(`${copy}/${mutant.path}`, original);
  const line = { ...mutant, verdict };
  known.set(name(mutant), line);
  appendFileSync(log, `${JSON.stringify(line)}\n`);
  console.log(`${verdict.padEnd(14)} ${mutant.path}:${mutant.line} ${mutant.kind}: ${mutant.was} -> ${mutant.now}`);
}

const verdicts = [...known.values()].filter(({ verdict }) => verdict !== 'invalid');
const survivors = verdicts.filter(({ verdict }) => verdict === 'survived');
const rate = verdicts.length === 0 ? 0 : (100 * (verdicts.length - survivors.length)) / verdicts.length;
console.log(
  `\n${verdicts.length} of ${mutants.length} tried, ${survivors.length} survived: ${rate.toFixed(1)} % killed`,
);
for (const one of survivors) console.log(`  ${one.path}:${one.line} ${one.kind}: ${one.was} -> ${one.now}`);
