import { httpRpc } from 'dintel/chain';

/** The newest block's time: what policies are judged by. Seconds since 1970. Throws `ChainError`. */
export async function headTime(rpcUrl: string): Promise<number> {
  const block = (await httpRpc(rpcUrl).request('eth_getBlockByNumber', ['latest', false])) as { timestamp: string };
  return Number(block.timestamp);
}
