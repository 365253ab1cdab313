/**
 * What each event of our contracts does to the tables. One function per event, and nothing else writes those tables.
 * Owns: the fold. Owns not: transactions, undo, cursor (chainIndex). Source: protocol.md sections 5.1, 5.2 and 9.
 */
import type { StatementSync } from 'node:sqlite';
import type { ChainLog } from 'dintel/chain';
import type { Database } from './database.ts';

/** Events whose fold asks for the time of their block. */
export const timedEvents = ['Bonded', 'NodeInfoSet', 'UnbondRequested', 'PolicyRevoked'] as const;

export interface FoldContext {
  /** Seconds; only for `timedEvents`. */
  readonly timestamp: number | undefined;
  readonly epochLength: number;
}

type Apply = (log: ChainLog, context: FoldContext) => void;

/** Folds logs into the tables of one database. */
export class Fold {
  readonly #events: ReadonlyMap<string, Apply>;

  constructor(db: Database) {
    this.#events = new Map([...policyEvents(db), ...minerEvents(db), ...challengeEvents(db)]);
  }

  /** Events without an effect on our tables are passed over. */
  apply(log: ChainLog, context: FoldContext): void {
    this.#events.get(log.event)?.(log, context);
  }
}

function policyEvents(db: Database): [string, Apply][] {
  const create = db.prepare(
    `INSERT INTO policies (id, owner, sponsor, root, shares, rate, start, end, expires_at, created_block)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const extend = db.prepare(
    'INSERT OR REPLACE INTO extensions (policy, block, log_index, end, expires_at) VALUES (?, ?, ?, ?, ?)',
  );
  const revoke = db.prepare('UPDATE policies SET revoked_at = ?, revoked_block = ?, end = ? WHERE id = ?');
  const close = db.prepare('UPDATE policies SET closed = 1 WHERE id = ?');
  return [
    [
      'PolicyCreated',
      (log) =>
        create.run(
          text(log, 'id'),
          text(log, 'owner'),
          text(log, 'sponsor'),
          text(log, 'root'),
          int(log, 'shares'),
          big(log, 'rate').toString(),
          int(log, 'start'),
          int(log, 'end'),
          int(log, 'expiresAt'),
          Number(log.blockNumber),
        ),
    ],
    [
      'PolicyExtended',
      (log) =>
        extend.run(text(log, 'id'), Number(log.blockNumber), log.logIndex, int(log, 'end'), int(log, 'expiresAt')),
    ],
    [
      'PolicyRevoked',
      (log, context) => revoke.run(time(log, context), Number(log.blockNumber), int(log, 'end'), text(log, 'id')),
    ],
    ['PolicyClosed', (log) => close.run(text(log, 'id'))],
  ];
}

function challengeEvents(db: Database): [string, Apply][] {
  const open = db.prepare(
    `INSERT INTO challenges (id, node, policy, place, fragment, terms, deadline, capsule, sealed_kfrag)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET deadline = excluded.deadline`,
  );
  const end = db.prepare('DELETE FROM challenges WHERE id = ?');
  const ended: Apply = (log) => end.run(text(log, 'id'));
  return [
    [
      'ChallengeOpened',
      (log) => {
        const { index, fragment, terms } = log.args.leaf as { index: bigint; fragment: string; terms: string };
        open.run(
          ...[text(log, 'id'), text(log, 'node'), text(log, 'policyId'), Number(index), fragment, terms],
          ...[int(log, 'deadline'), text(log, 'capsule'), text(log, 'sealedKfrag')],
        );
      },
    ],
    ['ChallengeAnswered', ended],
    ['ChallengeExcused', ended],
    ['ChallengeTimedOut', ended],
  ];
}

function minerEvents(db: Database): [string, Apply][] {
  const bond = db.prepare(
    `INSERT INTO miners (node, operator, stake, unbonding, available_until, min_rate, url, encrypting_key, key_number,
       peer_id, protocol, key_since) VALUES (?, ?, ?, '0', ?, '0', '', '0x', 0, '0x', 0, 0)
     ON CONFLICT DO UPDATE SET operator = excluded.operator, stake = excluded.stake, unbonding = '0', exit_epoch = NULL,
       available_until = excluded.available_until`,
  );
  const endSpans = db.prepare('UPDATE spans SET to_epoch = ? WHERE node = ? AND operator <> ? AND to_epoch IS NULL');
  const beginSpan = db.prepare(
    `INSERT INTO spans (node, operator, from_epoch) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET to_epoch = NULL`,
  );
  const setOperator = db.prepare('UPDATE miners SET operator = ? WHERE node = ?');
  const setInfo = db.prepare(
    `UPDATE miners SET url = ?1, peer_id = ?2, protocol = ?3, key_number = ?4, encrypting_key = ?5,
       key_since = CASE encrypting_key WHEN ?5 THEN key_since ELSE ?6 END WHERE node = ?7`,
  );
  const setMinRate = db.prepare('UPDATE miners SET min_rate = ? WHERE node = ?');
  const setAvailable = db.prepare('UPDATE miners SET available_until = ? WHERE node = ?');
  const stakes = db.prepare('SELECT stake, unbonding FROM miners WHERE node = ?');
  const setStakes = db.prepare('UPDATE miners SET stake = ?, unbonding = ? WHERE node = ?');
  const setExit = db.prepare('UPDATE miners SET exit_epoch = ? WHERE node = ?');

  const changeStake = (node: string, change: (stake: bigint, unbonding: bigint) => readonly [bigint, bigint]): void => {
    const row = stakes.get(node) as { stake: string; unbonding: string } | undefined;
    if (row === undefined) return;
    const [stake, unbonding] = change(BigInt(row.stake), BigInt(row.unbonding));
    setStakes.run(stake.toString(), unbonding.toString(), node);
  };
  const operate = (node: string, operator: string, fromEpoch: number): void => {
    endSpans.run(fromEpoch - 1, node, operator);
    beginSpan.run(node, operator, fromEpoch);
    setOperator.run(operator, node);
  };
  return [
    [
      'Bonded',
      (log, context) => {
        const [node, operator] = [text(log, 'node'), text(log, 'operator')];
        bond.run(node, operator, big(log, 'amount').toString(), int(log, 'availableUntil'));
        if (!hasOpenSpan(db, node, operator)) operate(node, operator, epoch(log, context));
      },
    ],
    ['OperatorSet', (log) => operate(text(log, 'node'), text(log, 'operator'), int(log, 'fromEpoch'))],
    [
      'NodeInfoSet',
      (log, context) =>
        setInfo.run(
          text(log, 'url'),
          text(log, 'peerId'),
          int(log, 'protocol'),
          int(log, 'keyNumber'),
          text(log, 'encryptingKey'),
          time(log, context),
          text(log, 'node'),
        ),
    ],
    ['MinRateSet', (log) => setMinRate.run(big(log, 'minRate').toString(), text(log, 'node'))],
    ['AvailabilityExtended', (log) => setAvailable.run(int(log, 'epoch'), text(log, 'node'))],
    [
      'ToppedUp',
      (log) => changeStake(text(log, 'node'), (stake, unbonding) => [stake + big(log, 'amount'), unbonding]),
    ],
    [
      'UnbondRequested',
      (log, context) => {
        const [node, amount] = [text(log, 'node'), big(log, 'amount')];
        changeStake(node, (stake, unbonding) => {
          if (stake === amount) setExit.run(epoch(log, context), node);
          return [stake - amount, unbonding + amount];
        });
      },
    ],
    [
      'UnbondCancelled',
      (log) => {
        setExit.run(null, text(log, 'node'));
        changeStake(text(log, 'node'), (stake, unbonding) => [stake + unbonding, 0n]);
      },
    ],
    [
      'StakeWithdrawn',
      (log) => changeStake(text(log, 'node'), (stake, unbonding) => [stake, unbonding - big(log, 'amount')]),
    ],
    [
      'Slashed', // taken from the stake first, then from what is unbonding
      (log) =>
        changeStake(text(log, 'node'), (stake, unbonding) => {
          const penalty = big(log, 'penalty');
          return penalty <= stake ? [stake - penalty, unbonding] : [0n, unbonding - (penalty - stake)];
        }),
    ],
  ];
}

const openSpans = new WeakMap<Database, StatementSync>();

function hasOpenSpan(db: Database, node: string, operator: string): boolean {
  let statement = openSpans.get(db);
  if (statement === undefined) {
    statement = db.prepare('SELECT 1 FROM spans WHERE node = ? AND operator = ? AND to_epoch IS NULL');
    openSpans.set(db, statement);
  }
  return statement.get(node, operator) !== undefined;
}

function argument(log: ChainLog, name: string): unknown {
  const value = log.args[name];
  if (value === undefined) throw new TypeError(`event ${log.event} has no argument ${name}: ABI and fold differ`);
  return value;
}

/** Addresses and bytes come lower-case through the chain's door, texts as they are. */
function text(log: ChainLog, name: string): string {
  return String(argument(log, name));
}

function big(log: ChainLog, name: string): bigint {
  const value = argument(log, name);
  if (typeof value !== 'bigint') throw new TypeError(`argument ${name} of ${log.event} is no integer`);
  return value;
}

/** For widths of at most 40 bits. */
function int(log: ChainLog, name: string): number {
  return Number(big(log, name));
}

function time(log: ChainLog, context: FoldContext): number {
  if (context.timestamp === undefined) throw new TypeError(`event ${log.event} came without the time of its block`);
  return context.timestamp;
}

function epoch(log: ChainLog, context: FoldContext): number {
  return Math.floor(time(log, context) / context.epochLength);
}
