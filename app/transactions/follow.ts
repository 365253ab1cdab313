/** From a sent transaction to its end, written into the list on the way. Owns: which error means which end. */
import type { MinedTransaction, SentTransaction } from 'dintel/chain';
import { codeOf, sentenceOfError } from '../errors/sentence';
import type { Language } from '../i18n/texts';
import { type Stage, track } from './store';

/** How an error ends a transaction that was sent, or was to be. */
export function stageOf(error: unknown, sent: boolean): Stage {
  const code = codeOf(error);
  if (code === 'chain.rejected') return 'declined';
  if (code === 'chain.dropped') return 'dropped';
  if (code === 'chain.nonce') return 'replaced';
  return sent ? 'failed' : 'refused';
}

/** Waits until it is mined and says so. Throws what `wait` throws, after writing it down. */
export async function follow(id: string, sent: SentTransaction, language: Language): Promise<MinedTransaction> {
  track({ id, stage: 'sent', hash: sent.hash });
  try {
    const mined = await sent.wait();
    track({ id, stage: 'mined', block: Number(mined.blockNumber) });
    return mined;
  } catch (error) {
    track({ id, stage: stageOf(error, true), why: sentenceOfError(error, language) });
    throw error;
  }
}
