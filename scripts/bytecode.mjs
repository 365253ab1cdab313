/**
 * Write `ignition/bytecode.json`: every contract and linked library as it is deployed, compiled with the production settings.
 *
 * `node scripts/bytecode.mjs` writes; `--check` compiles again and fails when a byte differs, so that the build is shown to be
 * reproducible and the file to be true. It is committed because that compilation takes a minute or more: the demo and the tests that
 * only need a deployment start at once, and everybody deploys the same bytes.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { productionSettings } from './compiler.ts';

const target = new URL('../ignition/bytecode.json', import.meta.url);
const at = (path) => new URL(`../${path}`, import.meta.url);
const solc = createRequire(import.meta.url)('solc');

const sources = ['contracts/', 'contracts/libraries/']
  .filter((folder) => existsSync(at(folder)))
  .flatMap((folder) =>
    readdirSync(at(folder))
      .filter((name) => name.endsWith('.sol'))
      .map((name) => folder + name),
  )
  .sort();

const input = {
  language: 'Solidity',
  sources: Object.fromEntries(sources.map((path) => [path, { content: readFileSync(at(path), 'utf8') }])),
  settings: {
    ...productionSettings,
    outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object', 'evm.bytecode.linkReferences'] } },
  },
};
const load = (path) => {
  const here = [at(path), at(`node_modules/${path}`)].find((url) => existsSync(url));
  return here === undefined ? { error: `not found: ${path}` } : { contents: readFileSync(here, 'utf8') };
};
const output = JSON.parse(solc.compile(JSON.stringify(input), { import: load }));
const errors = (output.errors ?? []).filter((error) => error.severity === 'error');
if (errors.length > 0) {
  console.error(errors.map((error) => error.formattedMessage).join('\n'));
  process.exit(1);
}

/** Contracts, and the libraries that contracts link to; libraries of internal functions are compiled in and have no place here. */
const linked = new Set();
const compiled = [];
for (const sourceName of sources) {
  for (const [contractName, { abi, evm }] of Object.entries(output.contracts[sourceName] ?? {})) {
    compiled.push({
      contractName,
      sourceName,
      abi,
      bytecode: `0x${evm.bytecode.object}`,
      linkReferences: evm.bytecode.linkReferences,
    });
    for (const libraries of Object.values(evm.bytecode.linkReferences))
      for (const name of Object.keys(libraries)) linked.add(name);
  }
}
const deployed = compiled.filter(
  ({ contractName, sourceName }) => sourceName === `contracts/${contractName}.sol` || linked.has(contractName),
);
const text = `${JSON.stringify(Object.fromEntries(deployed.map((artifact) => [artifact.contractName, artifact])))}\n`;

if (process.argv.includes('--check')) {
  if (!existsSync(target) || readFileSync(target, 'utf8') !== text) {
    console.error('ignition/bytecode.json differs from contracts/: run `npm run build:contracts` and commit it.');
    process.exit(1);
  }
} else {
  writeFileSync(target, text);
}
for (const { contractName, bytecode } of deployed)
  console.log(`${contractName.padEnd(16)} ${(bytecode.length / 2 - 1).toString().padStart(6)} bytes`);
