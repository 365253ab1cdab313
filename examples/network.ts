/**
 * Where the examples find people and a chain. `DINTEL_NETWORK=http://127.0.0.1:PORT DINTEL_KEY=0x…` names a page that serves
 * /dintel.json (`npm run demo` does) and an account with coins; without it they run on a network in memory.
 */
import { Alice, Bob, Keyring } from 'dintel';
import type { Deployment, Hex } from 'dintel/chain';
import { ethersChain } from 'dintel/chain/ethers';

/** What an example needs: `createTestNetwork()` of `dintel/testing` is one. */
export interface Net {
  alice(name?: string): Promise<Alice>;
  bob(name?: string): Promise<Bob>;
  /** A time that far from now. Units: seconds. */
  in(seconds: number): number;
}

export async function openNetwork(env: Readonly<Record<string, string | undefined>> = process.env): Promise<Net> {
  const { DINTEL_NETWORK: page, DINTEL_KEY: privateKey } = env;
  if (page === undefined) return (await import('dintel/testing')).createTestNetwork();
  if (privateKey === undefined) throw new Error('DINTEL_KEY names no account; give a private key with coins.');
  const answer = await fetch(new URL('/dintel.json', page));
  const { rpcUrl, deployment } = (await answer.json()) as { rpcUrl: string; deployment: Deployment };
  const chain = await ethersChain({ rpcUrl, privateKey: privateKey as Hex });
  // People of one run; a real program keeps the keyring's root in a vault (`dintel/keys`).
  const keyrings = new Map<string, Keyring>();
  const keyring = (name: string): Keyring => {
    const found = keyrings.get(name) ?? Keyring.random();
    keyrings.set(name, found);
    return found;
  };
  return {
    alice: (name = 'alice') => Alice.open({ keyring: keyring(name), chain, deployment }),
    bob: (name = 'bob') => Bob.open({ keyring: keyring(name), chain, deployment }),
    in: (seconds) => Math.floor(Date.now() / 1_000) + seconds,
  };
}
