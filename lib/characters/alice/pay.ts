/**
 * The one transaction of a grant, or of several grants. Owns: terms, notices and deposits as the contract wants them. Owns not:
 * when it is time (`grantMachine.ts`), who is paid together (`batch.ts`). Source: protocol.md sections 1 (billing), 5.2 and 8.5.
 */
import type { Chain } from '../../chain/chain.ts';
import { noNote, type PolicyNote } from '../../chain/policyManager.ts';
import { DintelError } from '../../protocol/errors.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { Keyring } from '../../protocol/keys.ts';
import { randomTag, sealNotice } from '../../protocol/notice.ts';
import { PublicKey } from '../../umbral/keys.ts';
import type { Keyrings } from '../keyrings.ts';
import type { Network } from '../network.ts';
import type { OnProgress } from '../progress.ts';
import type { GrantRecord } from './grantRecord.ts';
import { treeOf, urisOfRecord } from './recordTree.ts';

/** What the contract takes in one transaction. */
export const maxPolicies = 32;

export interface PayOptions {
  readonly network: Network<Chain>;
  readonly keyrings: Keyrings;
  readonly onProgress?: OnProgress | undefined;
}

/**
 * Pay 1 to 32 policies at once; the hash of their transaction. Shape: each record has its manifest. Throws `ChainError`, and E_SIGNATURE
 * for a grant that could not be published for want of its keyring.
 */
export async function payPolicies(records: readonly GrantRecord[], options: PayOptions): Promise<Hex> {
  const { policyManager } = options.network;
  const deposits = await Promise.all(
    records.map(({ rateWei, shares, expiresAt }) => policyManager.quote(rateWei, shares, expiresAt)),
  );
  const valueWei = deposits.reduce((sum, { deposit }) => sum + deposit, 0n);
  const terms = records.map((record) => {
    const { salt, shares, rateWei: rate, expiresAt } = record;
    return { salt, root: treeOf(record).root, shares, rate, expiresAt };
  });
  const notes = records.map((record) => noteOf(record, options.keyrings.of(record.verifyingKey)));
  const [only] = terms;
  const sent = await (only && terms.length === 1
    ? policyManager.createPolicy({ terms: only, note: notes[0] ?? noNote, valueWei })
    : policyManager.createPolicies({ terms, notes, valueWei }));
  options.onProgress?.({ type: 'tx.sent', hash: sent.hash });
  return sent.hash;
}

/**
 * What the chain says to whoever can open it, and to nobody else: which manifest it is. To Bob, if there is a tag that he looks for;
 * to Alice herself, so that any device of hers finds it from the chain alone.
 */
function noteOf(record: GrantRecord, keyring: Keyring): PolicyNote {
  const { policyId, selfNotice, noticeTag, manifest } = record;
  const own = keyring.receiving().publicKey;
  const bob = PublicKey.fromBytes(record.receivingKey);
  if (noticeTag === undefined && !selfNotice) return noNote;
  const readers = noticeTag === undefined ? own : selfNotice ? ([bob, own] as const) : bob;
  const tag = noticeTag ?? randomTag();
  const verifyingKey = PublicKey.fromBytes(record.verifyingKey);
  const manifestId = (manifest as { id: Hex }).id;
  // An envelope holds 512 bytes: fewer places if their names are long.
  for (let count = Math.min(3, record.cohort.length); ; count--) {
    try {
      const notice = { manifestId, verifyingKey, uris: urisOfRecord(record, count), name: undefined };
      return { tag, envelope: sealNotice(readers, { policyId, tag }, notice) };
    } catch (error) {
      if (count === 0 || !(error instanceof DintelError) || error.code !== 'E_LENGTH') throw error;
    }
  }
}
