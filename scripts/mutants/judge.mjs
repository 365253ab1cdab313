/**
 * A process that judges mutants with the Solidity suites. It compiles one suite at a time with solc in this process, without the
 * optimizer (two seconds instead of twenty), and runs it on EDR, Hardhat's own runner, with shorter fuzzing first.
 *
 * Forked by scripts/mutants.mjs in the copy, which kills it when a mutant never ends. A message `{path, text, stages}` is answered
 * by `{verdict, by}`: `invalid` (does not compile), `killed` by the named test, or `survived`. No file is written.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { quickSettings } from '../compiler.ts';

const require = createRequire(import.meta.url);
const solc = require('solc');
const edr = createRequire(require.resolve('hardhat'))('@nomicfoundation/edr');

const solcVersion = '0.8.37';
const settings = { ...quickSettings, optimizer: { enabled: false } };
const seed = '0x64696e74656c';
/** Enough for the dearest test, and an end for a loop that a mutant made endless. */
const gasLimit = 4_000_000_000n;

const context = new edr.EdrContext();
await context.registerSolidityTestRunnerFactory(edr.L1_CHAIN_TYPE, edr.l1SolidityTestRunnerFactory());

/** Artifacts of everything that a suite needs, with one source replaced; undefined when it does not compile. */
function compile(source, path, text) {
  const read = (name) => {
    if (name === path) return { contents: text };
    const file = [name, `node_modules/${name}`].find((one) => existsSync(one));
    return file === undefined ? { error: `not found: ${name}` } : { contents: readFileSync(file, 'utf8') };
  };
  const code = ['bytecode', 'deployedBytecode'].flatMap((one) => [`evm.${one}.object`, `evm.${one}.linkReferences`]);
  const all = ['abi', ...code];
  // the suite, the contracts whose actions an invariant calls, and what is linked
  const outputSelection = {
    [source]: { '*': all },
    '*': Object.fromEntries(
      ['World', 'Courtroom', 'Exits', 'Rewards', 'Penalties', 'SignedBeats'].map((name) => [name, all]),
    ),
  };
  const sources = { [source]: { content: read(source).contents } };
  const input = { language: 'Solidity', sources, settings: { ...settings, outputSelection } };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: read }));
  if ((output.errors ?? []).some(({ severity }) => severity === 'error')) return undefined;
  return Object.entries(output.contracts).flatMap(([file, contracts]) =>
    Object.entries(contracts).map(([name, { abi, evm }]) => ({
      id: { name, source: file, solcVersion },
      contract: {
        abi: JSON.stringify(abi),
        bytecode: `0x${evm.bytecode.object}`,
        linkReferences: evm.bytecode.linkReferences,
        deployedBytecode: `0x${evm.deployedBytecode.object}`,
        deployedLinkReferences: evm.deployedBytecode.linkReferences,
      },
    })),
  );
}

/** Every test of a suite: its name, and whether it failed. */
function run(source, artifacts, { fuzzRuns, invariantRuns }) {
  const suites = artifacts
    .filter(({ id, contract }) => id.source === source && /"name":"(test|invariant)/.test(contract.abi))
    .map(({ id }) => id);
  const config = {
    projectRoot: resolve('.'),
    hardfork: edr.OSAKA,
    localPredeploys: edr.l1GenesisState(edr.l1HardforkFromString(edr.OSAKA)),
    disableBlockGasLimit: true,
    disableTransactionGasCap: true,
    gasLimit,
    fuzz: { runs: fuzzRuns, seed },
    invariant: { runs: invariantRuns, depth: 64, shrinkRunLimit: 0 },
    collectStackTraces: edr.CollectStackTraces.OnFailure,
  };
  return new Promise((done, fail) => {
    const tests = [];
    let open = suites.length;
    context
      .runSolidityTests(edr.L1_CHAIN_TYPE, artifacts, suites, config, {}, ({ id, testResults }) => {
        for (const { name, status } of testResults)
          tests.push({ name: `${id.name}.${name}`, failed: status === 'Failure' });
        open -= 1;
        if (open === 0) done(tests);
      })
      .catch(fail);
  });
}

process.on('message', async ({ path, text, stages }) => {
  const compiled = new Map();
  for (const { suite, ...runs } of stages) {
    const source = `contracts/test/${suite}.t.sol`;
    if (!compiled.has(suite)) compiled.set(suite, compile(source, path, text));
    const artifacts = compiled.get(suite);
    if (artifacts === undefined) return process.send({ verdict: 'invalid' });
    const by = (await run(source, artifacts, runs)).find(({ failed }) => failed);
    if (by !== undefined) return process.send({ verdict: 'killed', by: by.name });
  }
  process.send({ verdict: 'survived' });
});
process.send('ready');
