/** From a sent transaction to its end, written into the list on the way. Owns: which error means which end. */
import { type Hex, httpRpc, type MinedTransaction, type SentTransaction } from 'dintel/chain';
import { codeOf, sentenceOfError } from '../errors/sentence';
import type { Language } from '../i18n/texts';
import { landed, type Proposal } from './proposal';
import { type Stage, track, tracked } from './store';

/** How an error ends a transaction that was sent, or was to be. */
export function stageOf(error: unknown, sent: boolean): Stage {
  const code = codeOf(error);
  if (code === 'chain.rejected') return 'declined';
  if (code === 'chain.dropped') return 'dropped';
  if (code === 'chain.nonce') return 'replaced';
  return sent ? 'failed' : 'refused';
}

export interface Following {
  readonly rpcUrl: string;
  readonly language: Language;
  /** What was asked for: an account that is a contract may have proposed it only. */
  readonly proposal?: Proposal | undefined;
  /** Any transaction by its hash. */
  readonly transaction: (hash: Hex) => SentTransaction;
}

/** Waits until it is mined and says so. Throws what `wait` throws, after writing it down. */
export async function follow(
  id: string,
  sent: SentTransaction,
  { rpcUrl, language, proposal, transaction }: Following,
): Promise<MinedTransaction> {
  const rpc = httpRpc(rpcUrl);
  track({ id, stage: 'sent', hash: sent.hash, ...(proposal && { proposal }) });
  const onProposed = () => track({ id, stage: 'proposed' });
  const hash = proposal === undefined ? sent.hash : await landed(rpc, sent.hash, proposal, { onProposed });
  track({ id, stage: 'sent', hash });
  const number = (value: unknown): number | undefined => (typeof value === 'string' ? Number(value) : undefined);
  const noncing = rpc.request('eth_getTransactionByHash', [hash]).then(
    (known) => {
      const nonce = number((known as { nonce?: Hex } | null)?.nonce);
      if (nonce !== undefined) track({ id, nonce });
    },
    // Only the difference between two words hangs on it.
    () => undefined,
  );
  try {
    const mined = await (hash === sent.hash ? sent : transaction(hash)).wait();
    await noncing;
    track({ id, stage: 'mined', block: Number(mined.blockNumber) });
    return mined;
  } catch (error) {
    await noncing;
    const stage = stageOf(error, true);
    const taken = stage === 'dropped' && (await wasReplaced().catch(() => false));
    track({ id, stage: taken ? 'replaced' : stage, why: sentenceOfError(error, language) });
    throw error;
  }

  /** The chain has taken another transaction of the account in its place. */
  async function wasReplaced(): Promise<boolean> {
    const { nonce, account } = tracked().find((one) => one.id === id) ?? {};
    if (nonce === undefined || account === undefined) return false;
    return (number(await rpc.request('eth_getTransactionCount', [account, 'latest'])) ?? 0) > nonce;
  }
}
