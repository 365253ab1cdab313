/**
 * Reporting a wrong answer: evidence, announced first so that nobody who copies the transaction gets the reporter's share.
 *
 * Owns: the order of the acts and what they pay. Owns not: how evidence is made (protocol/evidence.ts), the verdict (the
 * Adjudicator). Source: protocol.md sections 5.3 and 6.
 */
import { randomBytes } from '@noble/hashes/utils.js';
import { Adjudicator } from '../../chain/adjudicator.ts';
import type { Chain } from '../../chain/chain.ts';
import type { Deployment } from '../../chain/deployments.ts';
import { sameAddress } from '../../protocol/address.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { commitHash, makeEvidence, type SignedAnswer } from '../../protocol/evidence.ts';
import { type Address, type Hex, toHex, zeroAddress, zeroHash } from '../../protocol/hex.ts';
import { checkSignal } from '../../protocol/streams.ts';
import { type CFragVerdict, cfragVerdicts } from '../../protocol/verdicts.ts';
import type { OnProgress } from '../progress.ts';

/** Of a penalty, in basis points, to a reporter who committed. */
const reporterBps = 2_000n;
/** What the first credit of a reporter and a block that is one older can add to what a simulation says. Units: gas. */
const gasMargin = 80_000n;

/** Who pays for the report, and whether the share is asked for. */
export interface ReportOptions {
  /** Pays the gas and receives the share. Any account will do, it need not be Bob's. */
  readonly chain: Chain;
  /** Ask for the reporter's share, which takes a transaction more. Default true. */
  readonly share?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** A conviction. Units: the token's smallest unit; the reward waits as the reporter's credit in MinerEscrow. */
export interface Reported {
  readonly node: Address;
  readonly epoch: number;
  readonly verdict: CFragVerdict;
  readonly penalty: bigint;
  readonly reward: bigint;
  readonly transactionHash: Hex;
}

/**
 * File a wrong answer. The contract is asked first, so that a report that would fail costs nothing: `ChainError` with its reason in
 * `revert` (CFragCorrect, AlreadyJudged, EvidenceExpired, …). Throws also E_LENGTH, E_SIGNATURE, CHAIN_MISMATCH, ABORTED.
 */
export async function report(deployment: Deployment, answer: SignedAnswer, options: ReportOptions): Promise<Reported> {
  const { chain, share = true, signal, onProgress } = options;
  checkChain(chain, deployment);
  const adjudicator = new Adjudicator(chain, deployment.adjudicator);
  const evidence = makeEvidence(answer);
  checkSignal(signal);
  await chain.call(adjudicator.request('convict', [evidence, zeroHash]), { from: chain.account });
  const salt = share ? toHex(randomBytes(32)) : zeroHash;
  const mined = async (sending: ReturnType<typeof adjudicator.commit>) => {
    const sent = await sending;
    onProgress?.({ type: 'tx.sent', hash: sent.hash });
    const done = await sent.wait(signal && { signal });
    onProgress?.({ type: 'tx.mined', hash: sent.hash });
    return done;
  };
  if (share) await mined(adjudicator.commit(commitHash(evidence, chain.account, salt)));
  const { gas } = await chain.estimate(adjudicator.request('convict', [evidence, salt]));
  const { logs, hash } = await mined(adjudicator.convict(evidence, salt, gas + gasMargin));
  const { policyId, leaf } = answer;
  const convicted = adjudicator.eventIn(
    logs,
    'Convicted',
    (of) => of.policyId === policyId.toLowerCase() && sameAddress(of.node, leaf.node) && of.epoch === answer.epoch,
  );
  if (convicted === undefined) throw new ProtocolError('E_EVIDENCE', { details: 'The conviction left no event.' });
  const { penalty, reporter, node, epoch, verdict } = convicted;
  return {
    node,
    epoch,
    verdict: cfragVerdicts[verdict] as CFragVerdict,
    penalty,
    reward: reporter === zeroAddress ? 0n : (penalty * reporterBps) / 10_000n,
    transactionHash: hash,
  };
}

/** Throws CHAIN_MISMATCH: evidence and challenges of one chain mean nothing on another. */
export function checkChain(chain: Chain, deployment: Deployment): void {
  if (chain.chainId === deployment.chainId) return;
  throw new ProtocolError('CHAIN_MISMATCH', {
    field: 'chain.chainId',
    expected: String(deployment.chainId),
    got: String(chain.chainId),
  });
}
