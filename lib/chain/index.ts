export * from './chain.ts';
export * from './errors.ts';
export * from './logs.ts';
export { httpRpc, type Rpc } from './rpc.ts';
