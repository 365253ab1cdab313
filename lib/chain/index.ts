export * from './chain.ts';
export * from './errors.ts';
export { httpRpc, type Rpc } from './rpc.ts';
