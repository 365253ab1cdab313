/** Wallets live in the page; what their signature gives goes to the worker. The signature unlocks a key and never is one. */
import type { Address, Hex } from 'dintel/chain';
import { httpRpc } from 'dintel/chain';
import type { NewSlot, SlotInfo, Unlock } from 'dintel/keys';
import type { Config } from 'wagmi';
import { signMessage } from 'wagmi/actions';

const signerOf = (config: Config, address: Address, rpcUrl: string) => ({
  address,
  signMessage: (message: string) => signMessage(config, { message }),
  code: async () => (await httpRpc(rpcUrl).request('eth_getCode', [address, 'latest'])) as Hex,
});

/** Asks for two signatures, which must be the same. Throws SIGNER_IS_CONTRACT, SIGNER_NOT_DETERMINISTIC, and what the wallet throws. */
export async function makeWalletSlot(config: Config, account: Address, rpcUrl: string): Promise<NewSlot> {
  const { enrolWallet } = await import('dintel/keys');
  return enrolWallet(signerOf(config, account, rpcUrl), { domain: location.host, name: account.slice(0, 8) });
}

/** Asks for one signature. Throws E_SLOT if the vault knows no such wallet. */
export async function askWallet(
  config: Config,
  account: Address,
  rpcUrl: string,
  slots: readonly SlotInfo[],
): Promise<Unlock> {
  const { unlockWithWallet } = await import('dintel/keys');
  return unlockWithWallet(signerOf(config, account, rpcUrl), { domain: location.host, slots });
}

/** Whether this account's signature opens one of these. */
export const opensWith = (slots: readonly SlotInfo[], account: string | undefined): boolean =>
  account !== undefined &&
  slots.some(({ type, subject }) => type === 'wallet' && subject === account.slice(2).toLowerCase());
