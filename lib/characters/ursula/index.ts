/** `dintel/ursula`: the core of a node. Re-exports only. */
export * from './bucket.ts';
export type { OpenChallenge } from './challenge.ts';
export * from './info.ts';
export * from './memoryPorts.ts';
export { freshHead, headAgeLimitS, headAgeS } from './policies.ts';
export * from './ports.ts';
export * from './sealed.ts';
export { answerJson, isJsonRoute, type JsonRoute } from './serve.ts';
export * from './share.ts';
export * from './ursula.ts';
