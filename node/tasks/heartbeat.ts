/**
 * Keeps the node's activity bits set ahead of time: an epoch without its bit earns nothing, and nobody can set it afterwards.
 * Owns: when to beat, and the alarm when coverage runs out. Owns not: order of transactions (outbox), the contract.
 * Source: protocol.md sections 1 and 5.1 (leases of up to 8 epochs, always the next ones); DESIGN section 8.
 */
import { type Address, type Chain, ChainError, isRevert, type MinerEscrow, revertSentence } from 'dintel/chain';
import { type Outbox, OutboxBusy } from './outbox.ts';

/** Epochs in a lease; the contract takes no more. */
const maxLease = 8;
/** Renew when fewer than this many of the next 8 epochs are covered. */
const renewBelow = 4;
/** Gas of the dearest heartbeat (first of the network in a lane word) and a margin. */
const heartbeatGas = 100_000n;
/** Warn when the operator can pay fewer than this many heartbeats. */
const lowBalanceBeats = 16n;

/**
 * `covered`: all is well · `renewing`: a transaction is on its way · `uncovered`: the next epoch has no bit yet and sending
 * fails · `jailed`, `exiting`, `unbonded`, `notOperator`: the contract takes no heartbeat, `reason` says what would help.
 */
type HeartbeatPhase =
  | 'starting'
  | 'covered'
  | 'renewing'
  | 'uncovered'
  | 'jailed'
  | 'exiting'
  | 'unbonded'
  | 'notOperator';

export interface HeartbeatState {
  readonly phase: HeartbeatPhase;
  /** Epoch of the newest block when last looked; undefined before that. */
  readonly epoch: number | undefined;
  /** How many of the next 8 epochs have their bit. */
  readonly coveredEpochs: number;
  readonly failuresInARow: number;
  readonly reason: string | undefined;
  /** Somebody should look: uncovered, jailed, or hardly any money left. For a metric and a page. */
  readonly alarm: boolean;
  readonly balanceWei: bigint | undefined;
  readonly lowBalance: boolean;
  readonly lastTransaction: string | undefined;
  readonly sent: number;
}

export interface HeartbeatOptions {
  /** Connected as the operator. */
  readonly escrow: MinerEscrow<Chain>;
  readonly node: Address;
  /** Seconds. */
  readonly epochLength: number;
  readonly outbox: Outbox;
}

const refusals: Readonly<Record<string, HeartbeatPhase>> = {
  Jail: 'jailed',
  Exiting: 'exiting',
  NotNode: 'unbonded',
  NotOperator: 'notOperator',
};

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #state: HeartbeatState = {
    phase: 'starting',
    epoch: undefined,
    coveredEpochs: 0,
    failuresInARow: 0,
    reason: undefined,
    alarm: false,
    balanceWei: undefined,
    lowBalance: false,
    lastTransaction: undefined,
    sent: 0,
  };

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  get state(): HeartbeatState {
    return this.#state;
  }

  /** How often to call `tick`: six times an epoch, at least every 10 minutes and at most every second. */
  get pauseMs(): number {
    return Math.min(600_000, Math.max(1_000, (this.#options.epochLength * 1000) / 6));
  }

  /** Look, and beat if coverage is short. Never throws; what went wrong is in `state`. */
  async tick(): Promise<void> {
    const { escrow, node, epochLength, outbox } = this.#options;
    try {
      const head = await escrow.chain.block('latest');
      if (head === undefined) throw new ChainError('chain.unreachable', 'the chain names no newest block');
      const epoch = Number(head.timestamp) / epochLength;
      await this.#look(Math.floor(epoch));
      const { coveredEpochs } = this.#state;
      if (coveredEpochs >= renewBelow && (await escrow.isActive(node, Math.floor(epoch) + 1))) {
        this.#become({ phase: 'covered', failuresInARow: 0, reason: undefined });
        return;
      }
      this.#become({ phase: 'renewing' });
      const mined = await outbox.send(() => escrow.heartbeat(maxLease));
      this.#become({ lastTransaction: mined.hash, sent: this.#state.sent + 1 });
      await this.#look(Math.floor(epoch));
      this.#become({ phase: 'covered', failuresInARow: 0, reason: undefined });
    } catch (error) {
      this.#failed(error);
    }
  }

  async #look(epoch: number): Promise<void> {
    const { escrow, node } = this.#options;
    const [covered, balanceWei, estimate] = await Promise.all([
      escrow.activeEpochs(node, epoch + 1, epoch + maxLease),
      escrow.chain.balance(escrow.chain.account),
      escrow.chain.block('latest'),
    ]);
    // A client offers twice the base fee; that is what an operator has to have ready.
    const beatWei = heartbeatGas * 2n * (estimate?.baseFeePerGas ?? 0n);
    this.#become({
      epoch,
      coveredEpochs: Number(covered),
      balanceWei,
      lowBalance: balanceWei < beatWei * lowBalanceBeats,
    });
  }

  #failed(error: unknown): void {
    const failuresInARow = this.#state.failuresInARow + 1;
    const phase = isRevert(error) ? refusals[error.revert.name ?? ''] : undefined;
    const pending = error instanceof OutboxBusy && this.#state.coveredEpochs > 0;
    this.#become({
      phase: phase ?? (pending ? 'renewing' : this.#state.coveredEpochs > 0 ? this.#state.phase : 'uncovered'),
      failuresInARow,
      reason: isRevert(error) ? revertSentence(error.revert) : error instanceof Error ? error.message : 'unknown',
    });
  }

  #become(change: Partial<HeartbeatState>): void {
    const next = { ...this.#state, ...change };
    const helpless = next.phase === 'uncovered' || next.phase === 'jailed' || next.phase === 'notOperator';
    this.#state = {
      ...next,
      alarm: helpless || next.lowBalance || (next.coveredEpochs < 2 && next.failuresInARow > 1),
    };
  }
}
