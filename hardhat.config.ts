import hardhatEthers from '@nomicfoundation/hardhat-ethers';
import hardhatChaiMatchers from '@nomicfoundation/hardhat-ethers-chai-matchers';
import hardhatIgnitionEthers from '@nomicfoundation/hardhat-ignition-ethers';
import hardhatMocha from '@nomicfoundation/hardhat-mocha';
import hardhatNetworkHelpers from '@nomicfoundation/hardhat-network-helpers';
import { defineConfig } from 'hardhat/config';
import { compiler, productionSettings, quickSettings } from './scripts/compiler.ts';

/** `DINTEL_DEEP=1`: the long runs of `npm run test:contracts:deep`, minutes instead of seconds. */
const deep = process.env.DINTEL_DEEP === '1';
/** `DINTEL_BRIEF=1`: enough to visit every line, for `npm run test:coverage`, which makes every line slow. */
const brief = process.env.DINTEL_BRIEF === '1';
/** `DINTEL_UNOPTIMIZED=1`: mutants, of which many must be compiled and each is asked only what it does. */
const unoptimized = process.env.DINTEL_UNOPTIMIZED === '1';

export default defineConfig({
  plugins: [hardhatEthers, hardhatChaiMatchers, hardhatIgnitionEthers, hardhatMocha, hardhatNetworkHelpers],
  solidity: {
    profiles: {
      default: {
        ...compiler,
        settings: unoptimized ? { ...quickSettings, optimizer: { enabled: false } } : quickSettings,
      },
      production: { ...compiler, settings: productionSettings },
    },
  },
  paths: { tests: { mocha: './test/contracts', solidity: './contracts/test' } },
  networks: {
    /** In-process, for tests and benches. Local contract constants (30 s epochs) come from the Ignition parameters. */
    default: {
      type: 'edr-simulated',
      chainType: 'l1',
      chainId: 31337,
      allowUnlimitedContractSize: unoptimized || brief,
    },
    /** What `npm run demo` serves over JSON-RPC: a block for each transaction and one a second besides. */
    demo: { type: 'edr-simulated', chainType: 'l1', chainId: 31337, mining: { auto: true, interval: 1000 } },
    /** A chain that already runs; the deployer names its URL. */
    remote: { type: 'http', chainType: 'l1', url: 'http://127.0.0.1:8545' },
  },
  test: {
    mocha: { bail: unoptimized },
    solidity: {
      fuzz: { runs: deep ? 5_000 : brief ? 32 : 256, seed: '0x64696e74656c' },
      invariant: { runs: deep ? 4_096 : brief ? 8 : 256, depth: 64 },
    },
  },
});
