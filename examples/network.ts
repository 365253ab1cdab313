/**
 * Where the examples find people and a chain. `DINTEL_NETWORK=http://127.0.0.1:PORT DINTEL_KEY=0x…` names a page that serves
 * /dintel.json (`npm run demo` does) and an account with coins; without it they run on a network in memory.
 */
import { Alice, type AliceOptions, Bob, type BobOptions, Keyring, Network } from 'dintel';
import type { Deployment, Hex } from 'dintel/chain';
import { ethersChain } from 'dintel/chain/ethers';
import { maxPolicyEpochs } from 'dintel/protocol';

/** What an example needs: `createTestNetwork()` of `dintel/testing` is one. */
export interface Net {
  alice(name?: string, options?: Partial<AliceOptions>): Promise<Alice>;
  bob(name?: string, options?: Partial<BobOptions>): Promise<Bob>;
  /** A time that far from now. Units: seconds. */
  in(seconds: number): number;
  /** How its nodes are reached, if not by `fetch`. */
  readonly fetch?: typeof fetch;
}

/**
 * That many seconds, or as far ahead as a policy can be paid for: 1,024 epochs, which is years where an epoch is a day, and eight hours
 * in the demo, where it is 30 seconds.
 */
export const atMost = (seconds: number, epochLength: number): number =>
  Math.min(seconds, (maxPolicyEpochs - 1) * epochLength);

export async function openNetwork(env: Readonly<Record<string, string | undefined>> = process.env): Promise<Net> {
  const { DINTEL_NETWORK: page, DINTEL_KEY: privateKey } = env;
  if (page === undefined) return (await import('dintel/testing')).createTestNetwork();
  if (privateKey === undefined) throw new Error('DINTEL_KEY names no account; give a private key with coins.');
  const answer = await fetch(new URL('/dintel.json', page));
  const { rpcUrl, deployment } = (await answer.json()) as { rpcUrl: string; deployment: Deployment };
  const chain = await ethersChain({ rpcUrl, privateKey: privateKey as Hex });
  const { epochLength } = await Network.open(chain, deployment);
  // People of one run; a real program keeps the keyring's root in a vault (`dintel/keys`).
  const keyrings = new Map<string, Keyring>();
  const keyring = (name: string): Keyring => {
    const found = keyrings.get(name) ?? Keyring.random();
    keyrings.set(name, found);
    return found;
  };
  return {
    alice: (name = 'alice', options = {}) => Alice.open({ keyring: keyring(name), chain, deployment, ...options }),
    bob: (name = 'bob', options = {}) => Bob.open({ keyring: keyring(name), chain, deployment, ...options }),
    in: (seconds) => Math.floor(Date.now() / 1_000) + atMost(seconds, epochLength),
  };
}
