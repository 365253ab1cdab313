/** A chain in this process that mines every second as well as on each transaction, with our contracts on it. Not a test. */
import { type Address, type Deployment, httpRpc } from 'dintel/chain';
import { HDNodeWallet } from 'ethers';
import { network } from 'hardhat';
import { deployDintel } from '../../../ignition/deploy.ts';

const mnemonic = 'test test test test test test test test test test test junk';

/** Hardhat's public accounts; worth nothing anywhere else. Number 0 has deployed and holds the tokens. */
export const wallet = (index: number) => HDNodeWallet.fromPhrase(mnemonic, '', `m/44'/60'/0'/0/${index}`);

export interface LocalChain {
  readonly rpcUrl: string;
  readonly deployment: Deployment;
  rpc(method: string, ...params: unknown[]): Promise<unknown>;
  /** Ten of the native currency. */
  fund(address: string): Promise<void>;
  /** Whole tokens out of the deployer's. */
  giveTokens(address: string, tokens: bigint): Promise<void>;
  close(): Promise<void>;
}

export async function startLocalChain(): Promise<LocalChain> {
  const server = await network.createServer('demo', '127.0.0.1', 0);
  const { address, port } = await server.listen();
  const rpcUrl = `http://${address}:${port}`;
  const connection = await network.create({ network: 'remote', override: { url: rpcUrl } });
  const deployment = await deployDintel(connection, 'local');
  await connection.close();
  const http = httpRpc(rpcUrl);
  const rpc = (method: string, ...params: unknown[]): Promise<unknown> => http.request(method, params);
  const word = (value: bigint): string => value.toString(16).padStart(64, '0');
  return {
    rpcUrl,
    deployment,
    rpc,
    fund: async (who) => {
      await rpc('hardhat_setBalance', who, '0x8ac7230489e80000');
    },
    giveTokens: async (who, tokens) => {
      const data = `0xa9059cbb${word(BigInt(who as Address))}${word(tokens * 10n ** 18n)}`;
      await rpc('eth_sendTransaction', { from: wallet(0).address, to: deployment.token, data });
    },
    close: () => server.close(),
  };
}
