/**
 * A person behind a worker: keys, chain, and what he can be asked to do.
 *
 * Owns: opening these once, who he is. Owns not: sharing (`sharing.ts`), receiving (`receiving.ts`), the vault (`vaulted.ts`),
 * crossing to the page (`worker.ts`). What a method takes and gives can be cloned.
 */
import { Alice, Bob, Keyring, type OnProgress } from 'dintel';
import type { Chain, ChainReader } from 'dintel/chain';
import { viemChain, viemReader } from 'dintel/chain/viem';
import { fingerprintWords, fromHex } from 'dintel/protocol';
import { engine } from 'dintel/umbral';
import { createWalletClient, custom } from 'viem';
import { openDatabase } from './database';
import type { Begin } from './messages';
import { type Kept, receiving } from './receiving';
import { Records } from './records';
import { sharing } from './sharing';

/** What every method gets beside its arguments. */
export interface CallContext {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** Everything that the methods stand on. Alice is there only if somebody pays. */
export interface Self {
  readonly begin: Begin['begin'];
  readonly keyring: Keyring;
  readonly reader: ChainReader;
  readonly bob: Bob;
  readonly records: Records;
  readonly blobs: Awaited<ReturnType<typeof openDatabase>>['blobs'];
  readonly kept: Kept;
  /** Throws `chain.no_account` without a wallet. */
  alice(): Promise<Alice>;
  /** The person's own account on chain. Throws `chain.no_account`. */
  chain(): Promise<Chain>;
}

type AskWallet = (method: string, params: unknown) => Promise<unknown>;

/** Who he is, for himself and for others. */
export interface Identity {
  readonly reader: string;
  readonly words: readonly string[];
  readonly card: string;
  /** 'wasm' where the fast engine runs. */
  readonly engine: string;
}

export type PersonMethods = Awaited<ReturnType<typeof openPerson>>;

/** Opens a person. Throws `ChainError`, KEY_LOCKED. */
export async function openPerson(begin: Begin['begin'], askWallet: AskWallet) {
  const self = await openSelf(begin, askWallet);
  return {
    identity: async (): Promise<Identity> => ({
      reader: self.bob.reader,
      words: fingerprintWords(self.keyring.receiving().publicKey, self.keyring.verifying().publicKey),
      card: self.bob.card({ owner: begin.account, name: begin.name }),
      engine: engine(),
    }),
    ...sharing(self),
    ...receiving(self),
  };
}

async function openSelf(begin: Begin['begin'], askWallet: AskWallet): Promise<Self> {
  const { site, keys, account } = begin;
  const { deployment, rpcUrl } = site;
  const { chainId } = deployment;
  if (!('seed' in keys)) throw new Error('The vault is opened elsewhere.');
  const keyring = Keyring.fromRoot(fromHex(`0x${keys.seed}`, 32));
  const reader = await viemReader({ rpcUrl, chainId });
  const bob = await Bob.open({ keyring, chain: reader, deployment });
  // A local chain that began anew is another chain, whatever it is called.
  const genesis = await reader.block(0n);
  const place = `dintel-${chainId}-${genesis?.hash.slice(2, 10)}-${bob.reader.slice(2, 14)}`;
  const { journal, blobs } = await openDatabase(place);
  let chain: Promise<Chain> | undefined;
  let alice: Promise<Alice> | undefined;
  const self: Self = {
    begin,
    keyring,
    reader,
    bob,
    records: new Records(journal, keyring),
    blobs,
    kept: { retrieved: new Map(), evidence: [] },
    chain: () => {
      chain ??= viemChain({
        wallet: createWalletClient({
          ...(account !== undefined && { account }),
          transport: custom({ request: ({ method, params }) => askWallet(method, params) }, { retryCount: 0 }),
        }),
        source: { rpcUrl, chainId },
        chainId,
      });
      return chain;
    },
    alice: () => {
      alice ??= self.chain().then((own) => Alice.open({ keyring, chain: own, deployment, journal }));
      alice.catch(() => {
        alice = undefined;
      });
      return alice;
    },
  };
  return self;
}
