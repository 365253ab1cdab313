/**
 * `dintel ursula status`: how the node stands, each line degrading alone to "unknown, because …".
 * Owns: reading beside a running node without disturbing it. Source: research/app-sdk.md 1.3 ("Status").
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Adjudicator, PolicyManager, Token } from 'dintel/chain';
import { checksumAddress } from 'dintel/protocol';
import { type Config, readConfig } from '../../config/configFile.ts';
import { OperatorError } from '../../config/operatorError.ts';
import { formatAmount, maskUrl } from '../../config/parse.ts';
import { NodeKeystore } from '../../keystore/nodeKeystore.ts';
import { Database } from '../../store/database.ts';
import { lockHolder } from '../../store/dataFolder.ts';
import { dueLeaves } from '../../store/leaves.ts';
import { databaseName } from '../../store/store.ts';
import { openReader } from '../access.ts';
import { action, type CommonOptions, type Context, commandFor, dataPath, examples, keystorePath } from '../common.ts';
import { failureOf } from '../failure.ts';
import { table } from '../output.ts';

/** What is known, or why not. */
type Known<T> = T | { readonly unknown: string };

const waitMs = 2_500;

export function statusCommand() {
  return commandFor('ursula', 'status', 'How the node stands', ['chain'])
    .addHelpText('after', examples('dintel ursula status', 'dintel ursula status --json | jq .chain.coveredEpochs'))
    .action(action<CommonOptions>(status));
}

async function status({ options, out }: Context): Promise<void> {
  const config = await readConfig(options.home, 'ursula');
  const [operator, serving, chain, index, money] = await Promise.all([
    known(async () => checksumAddress(await NodeKeystore.operatorOf(keystorePath(options.home)))),
    known(() => servingFacts(config)),
    known(() => chainFacts(options, config)),
    known(async () => indexFacts(options.home)),
    known(() => moneyFacts(options, config)),
  ]);
  const facts = {
    ok: true,
    home: options.home,
    node: config.node ?? null,
    url: config.url ?? null,
    operator,
    process: processOf(options.home),
    serving,
    index,
    chain,
    money,
  };
  out.result(facts, lines(facts));
}

async function known<T>(look: () => Promise<T>): Promise<Known<T>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Known<T>>((resolve) => {
    timer = setTimeout(() => resolve({ unknown: `no answer within ${waitMs / 1000} s` }), waitMs);
  });
  try {
    return await Promise.race([look(), late]);
  } catch (error) {
    return { unknown: failureOf(error).message };
  } finally {
    clearTimeout(timer);
  }
}

function processOf(home: string): { running: boolean; pid: number | null } {
  const pid = existsSync(dataPath(home)) ? lockHolder(dataPath(home)) : undefined;
  return { running: pid !== undefined, pid: pid ?? null };
}

async function servingFacts({ host = '127.0.0.1', port }: Config): Promise<{ ready: boolean; status: number }> {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const shown = name.includes(':') ? `[${name}]` : name;
  const answer = await fetch(`http://${shown}:${port}/readyz`, { signal: AbortSignal.timeout(waitMs) }).catch(
    () => undefined,
  );
  if (answer === undefined) return { ready: false, status: 0 };
  await answer.arrayBuffer();
  return { ready: answer.ok, status: answer.status };
}

function indexFacts(home: string) {
  const path = join(dataPath(home), databaseName);
  if (!existsSync(path)) throw new OperatorError('E_DATA_DIR', 'the node has not run yet');
  const db = Database.openReadOnly(path);
  try {
    const head = db.prepare('SELECT number, timestamp FROM blocks ORDER BY number DESC LIMIT 1').get() as
      | { number: number; timestamp: number }
      | undefined;
    const count = (sql: string): number => (db.prepare(sql).get() as { n: number }).n;
    return {
      block: head?.number ?? null,
      ageSeconds: head === undefined ? null : Math.max(0, Math.floor(Date.now() / 1000) - head.timestamp),
      policies: count('SELECT count(*) AS n FROM policies WHERE revoked_at IS NULL'),
      nodes: count('SELECT count(*) AS n FROM miners'),
      chunks: count('SELECT count(*) AS n FROM chunks WHERE held = 1'),
    };
  } finally {
    db.closeReadOnly();
  }
}

async function chainFacts(options: CommonOptions, config: Config) {
  const { chain, escrow, epochLength, deployment, rpcUrls } = await openReader(options, config);
  const head = await chain.block('latest');
  const epoch = Math.floor(Number(head?.timestamp ?? 0n) / epochLength);
  const common = { rpc: rpcUrls.map(maskUrl), chainId: chain.chainId, block: head?.number ?? null, epoch };
  if (config.node === undefined) return { ...common, bonded: false };
  const operator = await NodeKeystore.operatorOf(keystorePath(options.home));
  const token = new Token(chain, deployment.token);
  const [miner, covered, balance, decimals, symbol] = await Promise.all([
    escrow.miner(config.node),
    escrow.activeEpochs(config.node, epoch + 1, epoch + 8),
    chain.balance(operator),
    token.decimals(),
    token.symbol(),
  ]);
  return {
    ...common,
    bonded: miner.weight > 0,
    stake: miner.stake,
    stakeShown: `${formatAmount(miner.stake, decimals)} ${symbol}`,
    unbonding: miner.unbonding,
    availableUntil: miner.availableUntil,
    minRateWei: miner.minRate,
    coveredEpochs: Number(covered),
    operatorBalanceWei: balance,
    operatorBalance: formatAmount(balance, 18),
    slashes: miner.slashCount,
  };
}

/** What was earned: settled and ready to be withdrawn, and final but not settled yet (if the node was awake all the time). */
async function moneyFacts(options: CommonOptions, config: Config) {
  const { chain, escrow, epochLength, deployment } = await openReader(options, config);
  const { node } = config;
  if (node === undefined) throw new OperatorError('E_CONFIG', 'the node has no stake wallet yet');
  const token = new Token(chain, deployment.token);
  const [fees, bonds, rewards, head, disputeEpochs, decimals, symbol] = await Promise.all([
    new PolicyManager(chain, deployment.policyManager).credit(node),
    new Adjudicator(chain, deployment.adjudicator).credit(node),
    escrow.credit(node),
    chain.block('latest'),
    escrow.disputeWindow(),
    token.decimals(),
    token.symbol(),
  ]);
  const due = dueOf(options.home, Math.floor(Number(head?.timestamp ?? 0n) / epochLength), disputeEpochs);
  return {
    feesWei: fees,
    bondsWei: bonds,
    rewards,
    rewardsShown: `${formatAmount(rewards, decimals)} ${symbol}`,
    unsettledWei: due.reduce((sum, { rate, first, last }) => sum + rate * BigInt(last - first + 1), 0n),
    unsettledLeaves: due.length,
  };
}

/** Nothing before the first run. */
function dueOf(home: string, epoch: number, disputeEpochs: number): ReturnType<typeof dueLeaves> {
  const path = join(dataPath(home), databaseName);
  if (!existsSync(path)) return [];
  const db = Database.openReadOnly(path);
  try {
    return dueLeaves(db, epoch, disputeEpochs);
  } finally {
    db.closeReadOnly();
  }
}

function lines(facts: {
  readonly home: string;
  readonly node: string | null;
  readonly operator: Known<string>;
  readonly process: { running: boolean; pid: number | null };
  readonly serving: Known<{ ready: boolean; status: number }>;
  readonly index: Known<ReturnType<typeof indexFacts>>;
  readonly chain: Known<Awaited<ReturnType<typeof chainFacts>>>;
  readonly money: Known<Awaited<ReturnType<typeof moneyFacts>>>;
}): string[] {
  const { process: own, serving, index, chain, money } = facts;
  const rows: [string, string][] = [
    ['home', facts.home],
    ['node', facts.node ?? 'not staked yet'],
    ['operator', typeof facts.operator === 'string' ? facts.operator : unknown(facts.operator)],
    ['process', own.running ? `running, pid ${own.pid}` : 'not running'],
    [
      'serving',
      'unknown' in serving
        ? unknown(serving)
        : serving.ready
          ? 'ready'
          : serving.status === 0
            ? 'no'
            : `not ready (${serving.status})`,
    ],
    [
      'index',
      'unknown' in index
        ? unknown(index)
        : `block ${index.block ?? 'none'}, ${index.ageSeconds ?? '?'} s old, ${index.policies} policies, ${index.nodes} nodes, ${index.chunks} chunks`,
    ],
  ];
  if ('unknown' in chain) rows.push(['chain', unknown(chain)]);
  else {
    rows.push(['chain', `${chain.chainId}, block ${chain.block}, epoch ${chain.epoch}`]);
    if ('stake' in chain) {
      rows.push(
        [
          'stake',
          `${chain.stakeShown}${chain.bonded ? '' : ', not working'}; serves until epoch ${chain.availableUntil}`,
        ],
        ['heartbeat', `${chain.coveredEpochs} of the next 8 epochs covered`],
        ['gas', `${chain.operatorBalance} held by the operator`],
      );
    }
  }
  if (!('unknown' in money)) {
    rows.push(
      ['earned', `${formatAmount(money.feesWei + money.bondsWei, 18)} and ${money.rewardsShown} to withdraw`],
      ['unsettled', `at most ${formatAmount(money.unsettledWei, 18)} of ${money.unsettledLeaves} shares`],
    );
  } else if (facts.node !== null) rows.push(['earned', unknown(money)]);
  return table(rows);
}

const unknown = (why: { readonly unknown: string }): string => `unknown, because ${why.unknown}`;
