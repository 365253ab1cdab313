/**
 * Answers challenges of this node on chain before their deadline, or ends them by what excuses the node: a revocation, also one
 * that only its owner's early notice tells of, which is relayed first.
 * Owns: which of the two, and when. Owns not: judging and signing (dintel/ursula), order of transactions (outbox), the fold of
 * the contract's events (store). Source: protocol.md section 5.3, and its table of early notices.
 */
import { type Adjudicator, type Chain, type Hex, isRevert, type PolicyManager } from 'dintel/chain';
import { capsuleHash, challengeIdOf, leafHash, ProtocolError } from 'dintel/protocol';
import type { OpenChallenge, Ursula } from 'dintel/ursula';
import type { StoredChallenges } from '../store/challenges.ts';
import type { StoredPolicies } from '../store/policyIndex.ts';
import type { StoredTombstones } from '../store/promises.ts';
import type { Outbox } from './outbox.ts';

export interface ChallengesOptions {
  readonly ursula: Pick<Ursula, 'answerChallenge' | 'ports'>;
  readonly challenges: Pick<StoredChallenges, 'open'>;
  readonly tombstones: Pick<StoredTombstones, 'inForce'>;
  readonly index: Pick<StoredPolicies, 'policy'>;
  /** Both connected as the operator. */
  readonly adjudicator: Adjudicator<Chain>;
  readonly policies: PolicyManager<Chain>;
  readonly outbox: Outbox;
  /** Seconds. */
  readonly epochLength: number;
  /** Timestamp of the head, seconds; undefined while there is none to trust. */
  readonly chainTime: () => number | undefined;
  /** `challenge.open` once for each, `challenge.failed` for each new reason why one could not be ended. Names no policy. */
  readonly onAlarm?: (event: string, fields: Readonly<Record<string, string | number>>) => void;
  readonly onEnd?: (how: 'answered' | 'excused', transaction: Hex) => void;
}

export interface ChallengesState {
  /** Open and neither answered nor excused, as of the last look: somebody should look when it stays above 0. */
  readonly open: number;
  /** Until the most urgent one is lost, below 0 once it is; undefined if none is open. */
  readonly secondsLeft: number | undefined;
  readonly answered: number;
  readonly excused: number;
  readonly relayed: number;
  readonly lastError: string | undefined;
  readonly lastTransaction: Hex | undefined;
}

export class Challenges {
  readonly #options: ChallengesOptions;
  /** What was told of each open challenge: its being open, and the last reason of failure. */
  readonly #told = new Map<Hex, string>();
  #state: ChallengesState = {
    open: 0,
    secondsLeft: undefined,
    answered: 0,
    excused: 0,
    relayed: 0,
    lastError: undefined,
    lastTransaction: undefined,
  };

  constructor(options: ChallengesOptions) {
    this.#options = options;
  }

  get state(): ChallengesState {
    return this.#state;
  }

  /** A look costs one read of the disk: twenty in the shortest window of a local chain, every 5 seconds at least. */
  get pauseMs(): number {
    return Math.min(5_000, (this.#options.epochLength * 1000) / 40);
  }

  /** Look, and end what is open. Never throws; what went wrong is in `state`. */
  async tick(): Promise<void> {
    const { challenges, ursula } = this.#options;
    const now = this.#options.chainTime();
    if (now === undefined) return;
    const open = challenges.open(ursula.ports.node);
    this.#look(open, now);
    let lastError: string | undefined;
    for (const challenge of open) {
      try {
        await this.#end(challenge, now);
      } catch (error) {
        lastError = reasonOf(error);
        this.#failed(challenge, lastError, now);
      }
    }
    this.#state = { ...this.#state, lastError };
  }

  #look(open: readonly OpenChallenge[], now: number): void {
    const ids = new Set(open.map(({ id }) => id));
    for (const id of this.#told.keys()) if (!ids.has(id)) this.#told.delete(id);
    for (const { id, deadline } of open) {
      if (this.#told.has(id)) continue;
      this.#told.set(id, '');
      this.#options.onAlarm?.('challenge.open', { secondsLeft: deadline - now });
    }
    const [first] = open;
    this.#state = { ...this.#state, open: open.length, secondsLeft: first && first.deadline - now };
  }

  /** Answer it, or let it be excused. What the contract has ended already, the index will hear of. */
  async #end(challenge: OpenChallenge, now: number): Promise<void> {
    if (!(await this.#isOpen(challenge))) return;
    const revokedAt = this.#options.index.policy(challenge.policyId)?.revokedAt;
    if (revokedAt !== undefined) return this.#excuse(challenge, revokedAt);
    const notice = this.#noticeOf(challenge.policyId, now);
    if (notice !== undefined && (await this.#relay(notice))) return this.#excuse(challenge, now);
    if (now > challenge.deadline) throw new Error('its deadline has passed');
    const { adjudicator, outbox, ursula } = this.#options;
    const answer = await ursula.answerChallenge(challenge);
    const { policyId, leaf } = challenge;
    const { hash } = await outbox.send(() => adjudicator.answer(policyId, leaf.index, answer));
    this.#ended('answered', hash);
  }

  /** The contract's own word, so that a re-org or another's answer is never paid for. */
  async #isOpen({ id, policyId, leaf, capsule }: OpenChallenge): Promise<boolean> {
    const found = await this.#options.adjudicator.challengeOf(policyId, leaf.index);
    if (found === undefined) return false;
    const { epoch, challenger } = found;
    const its = challengeIdOf({ policyId, leaf: leafHash(leaf), capsule: capsuleHash(capsule), epoch, challenger });
    return its === id;
  }

  async #excuse({ policyId, leaf, deadline }: OpenChallenge, revokedAt: number): Promise<void> {
    if (revokedAt > deadline) throw new Error('the policy was revoked only after its deadline');
    const { adjudicator, outbox } = this.#options;
    const { hash } = await outbox.send(() => adjudicator.excuse(policyId, leaf.index));
    this.#ended('excused', hash);
  }

  /** The early notice that holds longest. */
  #noticeOf(policyId: Hex, now: number) {
    const { tombstones } = this.#options;
    return tombstones
      .inForce(now)
      .filter((notice) => notice.policyId === policyId)
      .sort((a, b) => b.deadline - a.deadline)[0];
  }

  /** Mine the owner's revocation. False: the chain does not take it (any more), so the policy is in force. */
  async #relay({ policyId: id, deadline, signature }: { policyId: Hex; deadline: number; signature: Uint8Array }) {
    const { policies, outbox } = this.#options;
    try {
      const { hash } = await outbox.send(() => policies.revokeBySig({ id, deadline, signature }));
      this.#state = { ...this.#state, relayed: this.#state.relayed + 1, lastTransaction: hash };
      return true;
    } catch (error) {
      if (isRevert(error, 'AlreadyRevoked')) return true;
      if (isRevert(error, 'ExpiredSignature')) return false;
      throw error;
    }
  }

  #ended(how: 'answered' | 'excused', hash: Hex): void {
    const { open } = this.#state;
    this.#state = { ...this.#state, [how]: this.#state[how] + 1, open: Math.max(0, open - 1), lastTransaction: hash };
    if (this.#state.open === 0) this.#state = { ...this.#state, secondsLeft: undefined };
    this.#options.onEnd?.(how, hash);
  }

  #failed({ id, deadline }: OpenChallenge, reason: string, now: number): void {
    if (this.#told.get(id) === reason) return;
    this.#told.set(id, reason);
    this.#options.onAlarm?.('challenge.failed', { secondsLeft: deadline - now, reason });
  }
}

/** Names no policy: errors of the core do so in `field` and `data` alone. */
function reasonOf(error: unknown): string {
  if (error instanceof ProtocolError) return `${error.code}: ${error.shortMessage}`;
  return error instanceof Error ? error.message : 'unknown';
}
