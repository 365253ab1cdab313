/**
 * Plain money: ether to an account, no contract called. lib's door sends calls alone, so this is the app's own.
 *
 * Owns: the trial run, and what wallets and chains say when it fails, as `ChainError`. Owns not: the tray (`useAct`).
 */
import { type Address, type Chain, ChainError, type Hex, httpRpc, type SentTransaction } from 'dintel/chain';
import { BaseError, UserRejectedRequestError, type WalletClient } from 'viem';

/** Tries it without sending, then asks the wallet. Throws `ChainError`: wrong_chain, rejected, funds, rpc. */
export async function pay(
  { chain, wallet, rpcUrl }: { readonly chain: Chain; readonly wallet: WalletClient; readonly rpcUrl: string },
  to: Address,
  valueWei: bigint,
): Promise<SentTransaction> {
  const { account } = chain;
  const form = { from: account, to, value: `0x${valueWei.toString(16)}` };
  try {
    const gas = (await httpRpc(rpcUrl).request('eth_estimateGas', [form])) as Hex;
    // Right before it is asked: the wallet may have been switched since it connected.
    if ((await wallet.getChainId()) !== chain.chainId) {
      throw new ChainError('chain.wrong_chain', 'The wallet is on another chain.');
    }
    const hash = await wallet.sendTransaction({ account, chain: null, to, value: valueWei, gas: BigInt(gas) });
    return chain.transaction(hash, []);
  } catch (cause) {
    throw told(cause);
  }
}

function told(cause: unknown): ChainError {
  if (cause instanceof ChainError) return cause;
  const declined =
    cause instanceof BaseError && cause.walk((error) => error instanceof UserRejectedRequestError) !== null;
  if (declined) return new ChainError('chain.rejected', 'The signature was refused.', { cause });
  // No standard gives this a code.
  const poor = /insufficient funds|enough funds|exceeds? .*balance/i.test(String(cause));
  return poor
    ? new ChainError('chain.funds', 'The account cannot pay for this transaction: its balance is too small.', { cause })
    : new ChainError('chain.rpc', 'The chain or the wallet answered with an error.', { cause });
}
