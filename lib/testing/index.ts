/** `dintel/testing`: a whole network in memory for the tests of programs that stand on `dintel`. Re-exports only. */
export type { Lie } from './lies.ts';
export { modelAccount } from './modelAccount.ts';
export { ModelChain } from './modelChain.ts';
export { createTestNetwork, TestNetwork, type TestNetworkOptions } from './testNetwork.ts';
export { TestNode } from './testNode.ts';
