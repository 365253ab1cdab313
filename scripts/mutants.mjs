/**
 * `npm run test:mutants -- --minutes 10 --seed 1 [--file Ledger] [--again | --second | --report]`: are the tests of the contracts awake? It changes one
 * place of one contract at a time (a comparison, a boundary, an operator of arithmetic, a deleted check or effect, two arguments
 * exchanged; mutants/operators.mjs) and notes whether a test fails. Outside CI: a mutant takes about five seconds.
 *
 * The Solidity suites that concern the file judge, briefly (mutants/judge.mjs). `--again` takes only those that survived once more,
 * after tests were added; `--second` has those judged by the mocha suites; `--report` judges nothing. All happens in
 * copies under .mutants/, taken when the run starts. Verdicts go to .mutants/seed-N.jsonl, one line each, so that a run that was
 * stopped goes on where it was. What does not compile is not counted. The order of mutants follows from the seed alone, and any
 * beginning of it is spread over all files.
 */
import { fork, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { resolve } from 'node:path';
import { inOrder, mutantsOf } from './mutants/operators.mjs';

const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const seed = Number(option('seed', '1'));
const minutes = process.argv.includes('--report') ? 0 : Number(option('minutes', '10'));
const only = option('file', '');
const second = process.argv.includes('--second');
const again = second || process.argv.includes('--again');
/** For the Solidity suites; for the mocha suites, which need not compile those. */
const [copy, mochaCopy] = [resolve('.mutants/solidity'), resolve('.mutants/mocha')];
const log = `.mutants/seed-${seed}.jsonl`;
const patience = 240_000;

/** Suites that see a file: Solidity's in the order of their promptness, and mocha's for what they let live. */
function suites(path) {
  const escrow = ['MinerEscrow', 'Events', 'WorldInvariants'];
  if (/DintelToken/.test(path)) return { solidity: [], mocha: ['escrow'] };
  if (/KeyRegistry/.test(path)) return { solidity: [], mocha: ['policies'] };
  if (/TypedData/.test(path)) return { solidity: [], mocha: ['vectors'] };
  if (/Leaves/.test(path)) return { solidity: ['PolicyManager'], mocha: ['vectors'] };
  if (/PolicyManager/.test(path))
    return { solidity: ['PolicyManager', 'Events', 'WorldInvariants'], mocha: ['policies', 'vectors', 'model'] };
  if (/ReencryptionProof/.test(path))
    return { solidity: ['ReencryptionProof', 'Adjudicator'], mocha: ['adjudicatorVectors', 'adjudicatorEvidence'] };
  if (/Adjudicator|CanonicalEvidence/.test(path))
    return {
      solidity: ['Adjudicator', 'AdjudicatorInvariants'],
      mocha: ['adjudicatorEvidence', 'adjudicatorChallenge'],
    };
  const mocha = ['escrow', 'model', 'adjudicatorEvidence', 'adjudicatorChallenge'];
  return { solidity: /Activity|Lanes|Weights/.test(path) ? ['Activity', ...escrow] : escrow, mocha };
}

/** Shorter fuzzing than in `npm test`: most mutants die at once. Answers on a curve written in Solidity are slow. */
const stages = (path) =>
  suites(path).solidity.map((suite) => ({
    suite,
    fuzzRuns: { Adjudicator: 8, ReencryptionProof: 24 }[suite] ?? 48,
    invariantRuns: 2,
  }));

const sources = ['contracts', 'contracts/libraries']
  .flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}`))
  .filter((path) => path.endsWith('.sol') && path.includes(only))
  .sort();
const mutants = inOrder(
  sources.map((path) => mutantsOf(path, readFileSync(path, 'utf8'))),
  seed,
);

// ------------------------------------------------------------------ judging

function makeCopy(folder, parts, without = () => false) {
  for (const part of parts) {
    rmSync(`${folder}/${part}`, { recursive: true, force: true });
    cpSync(part, `${folder}/${part}`, { recursive: true, filter: (file) => !without(file) });
  }
  for (const part of ['node_modules', 'lib'])
    if (!existsSync(`${folder}/${part}`)) symlinkSync(resolve(part), `${folder}/${part}`);
}

/** What mocha's suites never deploy, and would only wait for. */
const needless =
  /\.t\.sol$|deployments$|test\/(Base|Vm|Curve|Courtroom|World|InWorld|EscrowInvariants|PolicyInvariants|ReencryptionTwin)\.sol$/;

/** One judge at a time; a new one after it was killed. */
let judge;
async function ask(question) {
  if (judge === undefined) {
    judge = fork('scripts/mutants/judge.mjs', { cwd: copy, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    await new Promise((done) => judge.once('message', done));
  }
  const one = judge;
  return new Promise((done) => {
    const over = (answer) => {
      clearTimeout(timer);
      one.removeAllListeners();
      done(answer);
    };
    const lost = (by) => {
      judge = undefined;
      over({ verdict: 'killed', by });
    };
    const timer = setTimeout(() => {
      one.kill('SIGKILL');
      lost('time');
    }, patience);
    one.once('exit', () => lost('the end of the runner'));
    one.once('message', over);
    one.send(question);
  });
}

/** The mocha suites over their copy, in which the mutant stands for a while. */
function mocha({ path, text }) {
  const file = `${mochaCopy}/${path}`;
  const original = readFileSync(file, 'utf8');
  writeFileSync(file, text);
  const files = suites(path).mocha.map((suite) => `test/contracts/${suite}.test.ts`);
  const { status, signal, stdout, stderr } = spawnSync('hardhat', ['test', 'mocha', ...files], {
    cwd: mochaCopy,
    env: { ...process.env, DINTEL_UNOPTIMIZED: '1', DINTEL_MODEL_SEEDS: '1', HARDHAT_DISABLE_TELEMETRY: '1' },
    encoding: 'utf8',
    timeout: 2 * patience,
    killSignal: 'SIGKILL',
  });
  writeFileSync(file, original);
  if (signal !== null) return { verdict: 'killed', by: 'time' };
  if (status === 0) return { verdict: 'survived' };
  if (/^\s*\d+ failing/m.test(stdout)) return { verdict: 'killed', by: stdout.match(/^\s*1\) (.*)$/m)?.[1] ?? 'mocha' };
  if (/Compilation failed/.test(stdout + stderr)) return { verdict: 'invalid' };
  throw new Error(`hardhat test mocha: ${stdout.slice(-2000)}${stderr.slice(-2000)}`);
}

/** A suite that fails by itself would kill everything. */
async function requireGreen(paths, judged) {
  for (const path of paths) {
    const { verdict, by } = await judged({ path, text: readFileSync(path, 'utf8') });
    if (verdict !== 'survived') throw new Error(`the suites of ${path} are not green by themselves: ${verdict} ${by}`);
  }
}

const green = new Set();
async function verdictOn({ path, text }) {
  if (!second) return ask({ path, text, stages: stages(path) });
  const group = suites(path).mocha.join();
  if (!green.has(group)) await requireGreen([path], mocha);
  green.add(group);
  return mocha({ path, text });
}

// ------------------------------------------------------------------ the run

/** A mutant by what it changes, so that a verdict stays true while other lines of the file move. */
const name = ({ path, kind, was, now, before }) => JSON.stringify([path, kind, before, was, now]);
const show = ({ path, line, kind, was, now }) => `${path}:${line} ${kind}: ${was.replace(/\s+/g, ' ')} -> ${now}`;
const told = existsSync(log)
  ? readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  : [];
// killed once is killed: tests are only added
const rank = ({ verdict }) => (verdict === 'killed' ? 1 : 0);
const known = new Map(told.toSorted((a, b) => rank(a) - rank(b)).map((one) => [name(one), one]));

if (minutes > 0 && second) {
  const parts = [
    'contracts',
    'scripts',
    'ignition',
    'test/contracts',
    'test/vectors',
    'bench',
    'hardhat.config.ts',
    'package.json',
    'tsconfig.json',
  ];
  makeCopy(mochaCopy, parts, (file) => needless.test(file));
} else if (minutes > 0) {
  makeCopy(copy, ['contracts', 'scripts']);
  const some = ['contracts/PolicyManager.sol', 'contracts/Adjudicator.sol', 'contracts/libraries/Lanes.sol'];
  await requireGreen(some, (same) => ask({ ...same, stages: stages(same.path) }));
}
const until = Date.now() + minutes * 60_000;
for (const mutant of mutants) {
  if (Date.now() > until) break;
  const before = known.get(name(mutant))?.verdict;
  if (again ? before !== 'survived' : before !== undefined) continue;
  const started = Date.now();
  const { verdict, by } = await verdictOn(mutant);
  const { text: _, ...line } = { ...mutant, verdict, by };
  known.set(name(mutant), line);
  appendFileSync(log, `${JSON.stringify(line)}\n`);
  console.log(
    `${verdict.padEnd(9)} ${((Date.now() - started) / 1000).toFixed(1).padStart(5)} s  ${show(mutant)}${by === undefined ? '' : `  (${by})`}`,
  );
}
judge?.kill();

const judged = mutants
  .map((mutant) => ({ ...mutant, verdict: known.get(name(mutant))?.verdict }))
  .filter(({ verdict }) => verdict === 'killed' || verdict === 'survived');
const survivors = judged.filter(({ verdict }) => verdict === 'survived');
const rate = (all, alive) => `${(all === 0 ? 0 : (100 * (all - alive)) / all).toFixed(1)} %`;
console.log();
for (const path of sources) {
  const [all, alive] = [judged, survivors].map((list) => list.filter((one) => one.path === path).length);
  console.log(
    `${path.padEnd(44)} ${String(all).padStart(4)} judged, ${String(alive).padStart(3)} survived: ${rate(all, alive)} killed`,
  );
}
console.log(
  `${judged.length} of ${mutants.length} judged, ${survivors.length} survived: ${rate(judged.length, survivors.length)} killed`,
);
for (const one of survivors) console.log(`  ${show(one)}`);
