/**
 * How contracts are compiled: one place for hardhat.config.ts (tests, builds) and scripts/bytecode.mjs (what is deployed).
 * The compiler is the npm package `solc`: it arrives with `npm ci`, and nothing is downloaded at build time.
 */
import { createRequire } from 'node:module';

/** Osaka rules; a deployment to a chain that is behind lowers this in its own profile. */
const evmVersion = 'osaka';

/** For Hardhat: the version and where it lies. */
export const compiler = { version: '0.8.37', path: createRequire(import.meta.url).resolve('solc/soljson.js') };

/** Quick to compile: tests. */
export const quickSettings = { evmVersion, optimizer: { enabled: true, runs: 200 } };

/** What is deployed, also by the demo and measured by the benches: a minute to compile, cheaper to use. */
export const productionSettings = { ...quickSettings, viaIR: true };
