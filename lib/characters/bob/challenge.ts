/**
 * Challenging a silent node: it answers on chain, which serves Bob, or pays.
 *
 * Owns: what is shown to open a challenge, how each end is read. Owns not: the checks (the Adjudicator), when a node counts as
 * silent (`quorum.ts`). Source: protocol.md section 5.3.
 */
import { randomBytes } from '@noble/hashes/utils.js';
import { Adjudicator, type AdjudicatorEvent } from '../../chain/adjudicator.ts';
import type { Chain, ChainReader, MinedTransaction, SentTransaction } from '../../chain/chain.ts';
import type { Deployment } from '../../chain/deployments.ts';
import { isRevert } from '../../chain/errors.ts';
import { capsuleHints, minBondWei } from '../../protocol/challenge.ts';
import { compactSignature, expandSignature } from '../../protocol/compactSignature.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { SignedAnswer } from '../../protocol/evidence.ts';
import { type Address, type Hex, toHex } from '../../protocol/hex.ts';
import { conditionsHash, fragmentOfCfrag, keysHash } from '../../protocol/leaf.ts';
import type { VerifiedManifest, VerifiedShare } from '../../protocol/manifestVerify.ts';
import { requestOf } from '../../protocol/request.ts';
import { checkSignal } from '../../protocol/streams.ts';
import { signTyped } from '../../protocol/typed.ts';
import { Capsule } from '../../umbral/capsule.ts';
import { CapsuleFrag, type VerifiedCapsuleFrag } from '../../umbral/capsuleFrag.ts';
import { UmbralError } from '../../umbral/errors.ts';
import type { SecretKey } from '../../umbral/keys.ts';
import type { Clock } from '../clock.ts';
import { contractsOf } from '../network.ts';
import type { OnProgress } from '../progress.ts';
import { checkChain } from './report.ts';

/** How long the signed request may take to be mined. Units: seconds. */
const requestSeconds = 900;

export interface ChallengeInput {
  readonly deployment: Deployment;
  readonly manifest: VerifiedManifest;
  /** Whose answer is wanted. */
  readonly node: Address;
  /** 98 bytes. */
  readonly capsule: Uint8Array;
  /** Bob's verifying key, the leaf's reader. */
  readonly reader: SecretKey;
  /** Pays the bond, which comes back less the gas of an answer. */
  readonly chain: Chain;
  /** Wei; default the least that counts, with room for a rising base fee. */
  readonly bondWei?: bigint | undefined;
  readonly clock: Clock;
  /** Told of an answer that verifies, by the leaf's place. */
  readonly keep?: ((index: number, cfrag: VerifiedCapsuleFrag) => Promise<void>) | undefined;
  /** Told of an answer that is wrong. */
  readonly keepWrong?: ((answer: SignedAnswer) => Promise<void>) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Each transaction, when it is sent and when it is mined: the opening, and what `wait` sends. */
  readonly onProgress?: OnProgress | undefined;
}

/** How a challenge ended. */
export type ChallengeEnd =
  | { readonly state: 'answered'; readonly cfrag: VerifiedCapsuleFrag }
  /** Answered, but wrongly: this can be reported. */
  | { readonly state: 'wrong'; readonly answer: SignedAnswer }
  | { readonly state: 'excused' }
  /** Units: the token's smallest unit. */
  | { readonly state: 'timedOut'; readonly penalty: bigint };

/**
 * Open a challenge. Throws `ChainError` with the contract's reason in `revert` (ChallengePending, NodeIdle, TooLate, NotServable, …),
 * E_FIELD if the node is not of the cohort, `parse` for a capsule that is none, CHAIN_MISMATCH, ABORTED.
 */
export async function openChallenge(input: ChallengeInput): Promise<OpenChallenge> {
  const { deployment, manifest, chain, capsule } = input;
  checkChain(chain, deployment);
  checkSignal(input.signal);
  const share = manifest.shares.find(({ node }) => node === input.node);
  if (share === undefined) {
    throw new ProtocolError('E_FIELD', { field: 'node', expected: 'a node of the cohort', got: input.node });
  }
  const { policyId, delegatingKey, receivingKey, verifyingKey } = manifest.manifest;
  const contracts = contractsOf(deployment);
  const adjudicator = new Adjudicator(chain, deployment.adjudicator);
  const head = await chain.block('latest');
  const issuedAt = Number(head?.timestamp ?? 0n);
  const request = requestOf({
    policyId,
    leaf: share.leafHash,
    node: share.node,
    reader: share.parts.reader,
    capsules: [capsule],
    nonce: toHex(randomBytes(32)),
    issuedAt,
    expiresAt: issuedAt + requestSeconds,
  });
  const { rate, until, lastStart, epoch } = share.ack;
  const least = await adjudicator.bondNow();
  const opening = {
    policyId,
    leaf: share.leaf,
    proof: share.proof,
    terms: {
      keys: keysHash({
        delegatingKey: delegatingKey.toBytes(),
        receivingKey: receivingKey.toBytes(),
        verifyingKey: verifyingKey.toBytes(),
      }),
      reader: share.parts.reader,
      byteBudget: share.parts.byteBudget,
      conditions: conditionsHash(share.parts.conditions),
    },
    ack: { rate, until, lastStart, epoch, ...compactSignature(share.ackSignature) },
    request: {
      nonce: request.nonce,
      issuedAt,
      expiresAt: request.expiresAt,
      ...compactSignature(signTyped('Request', input.reader, contracts, request)),
    },
    hints: capsuleHints(capsule),
    capsule,
    sealedKfrag: share.sealedKfrag,
  };
  const bond = input.bondWei ?? (least > minBondWei ? (least * 3n) / 2n : least);
  checkSignal(input.signal);
  const { logs, blockNumber } = await mined(adjudicator.openChallenge(opening, bond), input);
  const opened = adjudicator.eventIn(
    logs,
    'ChallengeOpened',
    (of) => of.policyId === policyId && of.leaf.index === BigInt(share.leaf.index),
  );
  if (opened === undefined) throw new ProtocolError('E_FIELD', { details: 'The challenge left no event.' });
  return new OpenChallenge(input, share, adjudicator, opened.id, opened.deadline, blockNumber);
}

/** Sent, told, and waited for. */
async function mined(
  sending: Promise<SentTransaction>,
  { signal, onProgress }: Pick<ChallengeInput, 'signal' | 'onProgress'>,
): Promise<MinedTransaction> {
  const sent = await sending;
  onProgress?.({ type: 'tx.sent', hash: sent.hash });
  const done = await sent.wait(signal && { signal });
  onProgress?.({ type: 'tx.mined', hash: sent.hash });
  return done;
}

/** A challenge on its way. Units: deadline in seconds, the last that counts for an answer. */
export class OpenChallenge {
  readonly id: Hex;
  readonly deadline: number;
  readonly node: Address;
  readonly #input: ChallengeInput;
  readonly #share: VerifiedShare;
  readonly #adjudicator: Adjudicator<Chain>;
  readonly #fromBlock: bigint;

  /** Only {@link openChallenge} has what it takes. */
  constructor(
    input: ChallengeInput,
    share: VerifiedShare,
    adjudicator: Adjudicator<Chain>,
    id: Hex,
    deadline: number,
    fromBlock: bigint,
  ) {
    this.id = id;
    this.deadline = deadline;
    this.node = share.node;
    this.#input = input;
    this.#share = share;
    this.#adjudicator = adjudicator;
    this.#fromBlock = fromBlock;
  }

  /** How it ended, or undefined while it is open. Throws `ChainError`. */
  async end(): Promise<ChallengeEnd | undefined> {
    const reader: ChainReader = this.#input.chain;
    const head = await reader.block('latest');
    const toBlock = head === undefined ? this.#fromBlock : head.number;
    for (const event of ['ChallengeAnswered', 'ChallengeTimedOut', 'ChallengeExcused'] as const) {
      const range = { fromBlock: this.#fromBlock, toBlock };
      const [found] = await this.#adjudicator.events({ event, indexed: { id: this.id }, range });
      if (found !== undefined) return this.#read(found);
    }
    return undefined;
  }

  /**
   * Wait for the end. When the deadline has passed unanswered, this account itself asks for the penalty (or the excuse, if the policy
   * was revoked in time). Units: `pollMs` default 2,000. Throws `ChainError`, ABORTED.
   */
  async wait(options: { pollMs?: number } = {}): Promise<ChallengeEnd> {
    const { clock, signal, chain } = this.#input;
    for (;;) {
      checkSignal(signal);
      const end = await this.end();
      if (end !== undefined) return end;
      const head = await chain.block('latest');
      if (Number(head?.timestamp ?? 0n) > this.deadline) await this.#finish();
      else await clock.sleep(options.pollMs ?? 2_000, signal);
    }
  }

  /** Ask for the penalty. Throws `ChainError`: WindowOpen before the deadline has passed, Excused, NoChallenge. */
  timeout(): Promise<SentTransaction> {
    return this.#adjudicator.timeout(this.#policyId, this.#share.leaf.index);
  }

  /** End it without penalty because the policy was revoked in time. Throws `ChainError`: NotExcused, NoChallenge. */
  excuse(): Promise<SentTransaction> {
    return this.#adjudicator.excuse(this.#policyId, this.#share.leaf.index);
  }

  get #policyId(): Hex {
    return this.#input.manifest.manifest.policyId;
  }

  /** Somebody else may be faster: then the next look finds his event. */
  async #finish(): Promise<void> {
    const refusedAs = async (act: Promise<SentTransaction>) => {
      try {
        await mined(act, this.#input);
        return undefined;
      } catch (error) {
        if (isRevert(error, 'NoChallenge') || isRevert(error, 'Excused')) return error.revert.name;
        throw error;
      }
    };
    if ((await refusedAs(this.timeout())) === 'Excused') await refusedAs(this.excuse());
  }

  async #read(event: AdjudicatorEvent): Promise<ChallengeEnd> {
    if (event.event === 'ChallengeTimedOut') return { state: 'timedOut', penalty: event.args.penalty };
    if (event.event !== 'ChallengeAnswered') return { state: 'excused' };
    const { cfrag, epoch, request, r, vs } = event.args;
    const { capsule, manifest } = this.#input;
    const { verifyingKey, delegatingKey, receivingKey } = manifest.manifest;
    const { leaf } = this.#share;
    const answer = {
      policyId: this.#policyId,
      leaf,
      epoch,
      request,
      capsule,
      cfrag,
      signature: expandSignature({ r, vs }),
    };
    if (fragmentOfCfrag(cfrag) !== leaf.fragment) return this.#wrong(answer);
    try {
      const keys = { verifyingKey, delegatingKey, receivingKey };
      const verified = CapsuleFrag.fromBytesSimple(cfrag).verify(Capsule.fromBytesSimple(capsule), keys);
      await this.#input.keep?.(leaf.index, verified);
      return { state: 'answered', cfrag: verified };
    } catch (error) {
      if (error instanceof UmbralError) return this.#wrong(answer);
      throw error;
    }
  }

  async #wrong(answer: SignedAnswer): Promise<ChallengeEnd> {
    await this.#input.keepWrong?.(answer);
    return { state: 'wrong', answer };
  }
}
