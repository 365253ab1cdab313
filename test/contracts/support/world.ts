/** A fresh chain with Dintel on it, and the hands that every contract test needs. */
import { type Deployment, dintelTokenAbi, keyRegistryAbi, minerEscrowAbi, policyManagerAbi } from 'dintel/chain';
import {
  type BaseContract,
  type ContractTransactionResponse,
  type Interface,
  keccak256,
  toUtf8Bytes,
  Wallet,
  zeroPadValue,
} from 'ethers';
import { network } from 'hardhat';
import type { NetworkConnection } from 'hardhat/types/network';
import { deployDintel } from '../../../ignition/deploy.ts';
import { signStructure } from './typed.ts';

export const minStake = 25_000n * 10n ** 18n;
export const epochLength = 30n;

/** ethers' contract, with functions by name whatever the compiler flags say. */
export interface Callable extends BaseContract {
  readonly interface: Interface;
}

export interface World {
  readonly connection: NetworkConnection;
  readonly deployment: Deployment;
  readonly token: Callable;
  readonly escrow: Callable;
  readonly manager: Callable;
  readonly registry: Callable;
  /** Send from a wallet (or the deployer) and wait. */
  send(
    contract: Callable,
    from: Wallet | undefined,
    method: string,
    args: readonly unknown[],
    value?: bigint,
  ): Promise<ContractTransactionResponse>;
  read<T>(contract: Callable, method: string, ...args: unknown[]): Promise<T>;
  /** A wallet by number, with ether. */
  wallet(index: number): Promise<Wallet>;
  now(): Promise<bigint>;
  epoch(): Promise<bigint>;
  /** Move the clock to the beginning of a later epoch. */
  skip(epochs: number | bigint): Promise<void>;
  bond(node: Wallet, operator: Wallet, amount?: bigint): Promise<void>;
  /** Act as the Adjudicator. */
  adjudicate(method: string, args: readonly unknown[]): Promise<void>;
}

export const info = {
  url: 'https://ursula.example',
  encryptingKey: `0x02${'11'.repeat(32)}`,
  keyNumber: 0,
  peerId: '0x00',
  protocol: 1,
};

export const noNote = { tag: `0x${'00'.repeat(32)}`, envelope: '0x' };
export const hash = (text: string): string => keccak256(toUtf8Bytes(text));

/** `profile` is how the contracts are compiled: quickly, or as they are deployed. */
export async function makeWorld(profile: 'default' | 'production' = 'default'): Promise<World> {
  // what is deployed is also measured: with the same clock the same words of storage are fresh in every run
  const initialDate = new Date('2030-01-01T00:00:00Z');
  const connection = await network.create(profile === 'production' ? { override: { initialDate } } : {});
  const { ethers, networkHelpers } = connection;
  const deployment = await deployDintel(connection, 'local', {
    bytecode: profile === 'production' ? 'committed' : 'built',
  });
  const at = async (abi: readonly unknown[], address: string) =>
    (await ethers.getContractAt([...abi], address)) as unknown as Callable;
  const token = await at(dintelTokenAbi, deployment.token);
  const escrow = await at(minerEscrowAbi, deployment.escrow);
  const manager = await at(policyManagerAbi, deployment.policyManager);
  const registry = await at(keyRegistryAbi, deployment.keyRegistry);

  const read = <T>(contract: Callable, method: string, ...args: unknown[]) =>
    contract.getFunction(method).staticCall(...args) as Promise<T>;
  const send: World['send'] = async (contract, from, method, args, value) => {
    const connected = from === undefined ? contract : contract.connect(from.connect(ethers.provider));
    const sent = await connected.getFunction(method)(...args, ...(value === undefined ? [] : [{ value }]));
    await sent.wait();
    return sent as ContractTransactionResponse;
  };
  const now = async () => BigInt(await networkHelpers.time.latest());
  const epoch = () => read<bigint>(escrow, 'currentEpoch');

  return {
    connection,
    deployment,
    token,
    escrow,
    manager,
    registry,
    send,
    read,
    now,
    epoch,
    async wallet(index) {
      const wallet = new Wallet(zeroPadValue(`0x${(index + 0x1000).toString(16)}`, 32));
      await networkHelpers.setBalance(wallet.address, 10n ** 24n);
      return wallet;
    },
    async skip(epochs) {
      const start = ((await epoch()) + BigInt(epochs)) * epochLength;
      await networkHelpers.time.increaseTo(start);
    },
    async bond(node, operator, amount = minStake) {
      await send(token, undefined, 'transfer', [node.address, amount]);
      await send(token, node, 'approve', [deployment.escrow, amount]);
      const deadline = (await now()) + 1000n;
      const consent = await signStructure(operator, 'OperatorConsent', deployment.escrow, {
        node: node.address,
        deadline,
      });
      const until = (await epoch()) + 10n;
      await send(escrow, node, 'bond', [amount, operator.address, deadline, consent, until, info]);
    },
    async adjudicate(method, args) {
      await networkHelpers.setBalance(deployment.adjudicator, 10n ** 24n);
      await networkHelpers.impersonateAccount(deployment.adjudicator);
      const signer = await ethers.getSigner(deployment.adjudicator);
      const sent = await (escrow.connect(signer) as Callable).getFunction(method)(...args);
      await sent.wait();
    },
  };
}
