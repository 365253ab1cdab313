/** A wallet as a page sees it: EIP-1193 over a local chain, with one key inside. Not a test by itself. */
import type { Hex } from 'dintel/chain';
import type { Eip1193Provider } from 'dintel/chain/eip1193';
import { JsonRpcProvider, Wallet } from 'ethers';

interface WalletCall {
  readonly to: Hex;
  readonly data: Hex;
  readonly value: Hex;
}

/** A wallet's refusal, as EIP-1193 wants it. */
class WalletError extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export function testWallet(
  rpcUrl: string,
  key: Hex,
  options: {
    /** Its owner says no. */
    readonly refuses?: boolean;
  } = {},
): Eip1193Provider {
  const provider = new JsonRpcProvider(rpcUrl, 31337, { staticNetwork: true, cacheTimeout: -1 });
  const wallet = new Wallet(key, provider);
  return {
    request: async ({ method, params = [] }) => {
      if (method === 'eth_requestAccounts') return [wallet.address];
      const acts = method === 'eth_sendTransaction' || method === 'eth_signTypedData_v4';
      if (acts && options.refuses) throw new WalletError(4001, 'User rejected the request.');
      if (method === 'eth_sendTransaction') {
        const [{ to, data, value, gas }] = params as [WalletCall & { gas: Hex }];
        return (await wallet.sendTransaction({ to, data, value: BigInt(value), gasLimit: BigInt(gas) })).hash;
      }
      if (method === 'eth_signTypedData_v4') {
        const { domain, types, message } = JSON.parse(params[1] as string);
        const { EIP712Domain: _, ...others } = types;
        return wallet.signTypedData(domain, others, message);
      }
      return provider.send(method, [...params]);
    },
  };
}
