/** `npm run test:contracts:deep`: the Solidity suite with its long runs (see hardhat.config.ts), and the model for 40 seeds. */
import { spawnSync } from 'node:child_process';

const env = { ...process.env, DINTEL_DEEP: '1', DINTEL_MODEL_SEEDS: '40', DINTEL_MODEL_STEPS: '400' };
const run = (...args) => spawnSync('hardhat', args, { stdio: 'inherit', env }).status ?? 1;
process.exit(run('test', 'solidity') || run('test', 'mocha', 'test/contracts/model.test.ts'));
