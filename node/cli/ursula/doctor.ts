/**
 * `dintel ursula doctor`: what keeps this node from earning, each check with its cure. Owns: the checks and their order.
 * Owns not: repairing. It needs no password and does not disturb a running node.
 * Source: research/app-sdk.md 1.3 ("Doctor"); chunks, NAT and peer to peer are not looked at.
 */
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { checksumAddress, decodeAnswer, type InfoAnswer, sameAddress, toHex } from 'dintel/protocol';
import { headAgeLimitS } from 'dintel/ursula';
import { type Config, readConfig } from '../../config/configFile.ts';
import { AlreadyTold, OperatorError } from '../../config/operatorError.ts';
import { formatAmount } from '../../config/parse.ts';
import { NodeKeystore } from '../../keystore/nodeKeystore.ts';
import { Database } from '../../store/database.ts';
import { lockHolder } from '../../store/dataFolder.ts';
import { databaseName } from '../../store/store.ts';
import { type Access, openReader } from '../access.ts';
import { action, type CommonOptions, type Context, commandFor, dataPath, examples, keystorePath } from '../common.ts';
import { failureOf } from '../failure.ts';

/** `skipped`: what it stands on has failed already, or there is nothing to look at. */
interface Finding {
  readonly name: string;
  readonly state: 'ok' | 'bad' | 'skipped';
  readonly says: string;
  readonly cure?: string | undefined;
}

const waitMs = 5_000;
const leastFreeBytes = 2 ** 30;
/** Gas of 16 heartbeats, as the heartbeat's own alarm counts. */
const leastGas = 16n * 100_000n * 2n;

/** What is wrong, and what to do. Thrown by a check. */
class Ailment extends Error {
  readonly cure: string;
  constructor(says: string, cure: string) {
    super(says);
    this.cure = cure;
  }
}

export function doctorCommand() {
  return commandFor('ursula', 'doctor', 'Find what keeps the node from working', ['chain'])
    .addHelpText(
      'after',
      examples('dintel ursula doctor', 'dintel ursula doctor --json | jq ".checks[] | select(.state=="bad")"'),
    )
    .action(action<CommonOptions>(doctor));
}

async function doctor({ options, out }: Context): Promise<void> {
  const findings: Finding[] = [];
  /** Undefined when the check failed: what stands on it is skipped. */
  const check = async <T>(name: string, look: () => Promise<readonly [T, string]> | readonly [T, string]) => {
    try {
      const [value, says] = await look();
      findings.push({ name, state: 'ok', says });
      return value;
    } catch (error) {
      const { message, cure } = error instanceof Ailment ? error : failureOf(error);
      findings.push({ name, state: 'bad', says: message, cure });
      return undefined;
    }
  };
  const skip = (name: string, says: string): void => void findings.push({ name, state: 'skipped', says });

  const { home } = options;
  const config = await check('config', async () => [await readConfig(home, 'ursula'), 'readable by you alone']);
  const operator = await check('keystore', async () => {
    const address = await NodeKeystore.operatorOf(keystorePath(home));
    return [address, `operator ${checksumAddress(address)}`];
  });
  await check('disk', () => checkDisk(home));
  const database = existsSync(join(dataPath(home), databaseName))
    ? await check('database', () => checkDatabase(home))
    : undefined;
  if (database === undefined && findings.at(-1)?.name !== 'database') skip('database', 'the node has not run yet');
  const pid = existsSync(dataPath(home)) ? lockHolder(dataPath(home)) : undefined;
  await check('process', () => {
    if (pid === undefined) throw new Ailment('the node is not running', `dintel ursula run --home ${home}`);
    return [pid, `running, pid ${pid}`];
  });
  const access = config && (await check('chain', () => checkChain(options, config)));
  if (access !== undefined) await check('clock', () => checkClock(access));
  if (config !== undefined && access !== undefined && operator !== undefined) {
    await checkStake({ check, skip, config, access, operator, database });
  } else skip('stake', 'needs config, keystore and chain');
  if (config !== undefined) await checkDoor({ check, skip, config, isRunning: pid !== undefined });

  const bad = findings.filter(({ state }) => state === 'bad');
  const marks = { ok: 'ok  ', bad: 'BAD ', skipped: '-   ' } as const;
  const lines = findings.flatMap(({ name, state, says, cure }) => [
    `${marks[state]} ${name.padEnd(12)} ${says}`,
    ...(cure === undefined ? [] : [`                  cure: ${cure}`]),
  ]);
  out.result({ ok: bad.length === 0, bad: bad.map(({ name }) => name), checks: findings }, [
    ...lines,
    bad.length === 0 ? 'All is well.' : `${bad.length} of ${findings.length} need you.`,
  ]);
  if (bad.length > 0) throw new AlreadyTold();
}

type Check = <T>(
  name: string,
  look: () => Promise<readonly [T, string]> | readonly [T, string],
) => Promise<T | undefined>;
type Skip = (name: string, says: string) => void;

async function checkDisk(home: string): Promise<readonly [bigint, string]> {
  const { bavail, bsize } = await statfs(existsSync(dataPath(home)) ? dataPath(home) : home, { bigint: true });
  const free = bavail * bsize;
  const shown = `${(Number(free) / 2 ** 30).toFixed(1)} GiB free`;
  if (free < leastFreeBytes) throw new Ailment(shown, 'free some space, or lower storageBytes in config.json');
  return [free, shown];
}

/** Its path. */
function checkDatabase(home: string): readonly [string, string] {
  const path = join(dataPath(home), databaseName);
  const db = Database.openReadOnly(path);
  try {
    const row = db.prepare('SELECT number, timestamp FROM blocks ORDER BY number DESC LIMIT 1').get() as
      | { number: number; timestamp: number }
      | undefined;
    if (row === undefined) return [path, 'opens; no block yet'];
    return [path, `opens; block ${row.number}, ${Math.max(0, Math.floor(Date.now() / 1000) - row.timestamp)} s old`];
  } finally {
    db.closeReadOnly();
  }
}

async function checkChain(options: CommonOptions, config: Config): Promise<readonly [Access, string]> {
  const access = await openReader(options, config);
  const rpcs = access.rpcUrls.length;
  const spare = rpcs === 1 ? '; a second RPC of another provider would be safer' : '';
  return [access, `chain ${access.chain.chainId} and its contracts, by ${rpcs} RPC${rpcs === 1 ? '' : 's'}${spare}`];
}

async function checkClock({ chain }: Access): Promise<readonly [number, string]> {
  const head = await chain.block('latest');
  const skewS = Math.floor(Date.now() / 1000) - Number(head?.timestamp ?? 0n);
  if (skewS > headAgeLimitS) {
    throw new Ailment(
      `the newest block is ${skewS} s old by this clock; above ${headAgeLimitS} s nothing is served`,
      'set the clock (timedatectl set-ntp true); if it is right, the RPC lags: use another',
    );
  }
  if (skewS < -headAgeLimitS) {
    throw new Ailment(`this clock is ${-skewS} s behind the chain`, 'set the clock (timedatectl set-ntp true)');
  }
  return [skewS, `newest block ${skewS} s old`];
}

async function checkStake(of: {
  check: Check;
  skip: Skip;
  config: Config;
  access: Access;
  operator: `0x${string}`;
  database: string | undefined;
}): Promise<void> {
  const { check, skip, config, access, operator, database: path } = of;
  const { escrow, chain } = access;
  const { node } = config;
  if (node === undefined) {
    await check('stake', () => {
      throw new Ailment('the configuration names no stake wallet', 'dintel ursula stake --amount … --stake-key-file …');
    });
    return;
  }
  const epoch = await escrow.currentEpoch();
  await check('stake', async () => {
    const { stake, weight, exitEpoch, availableUntil } = await escrow.miner(node);
    if (stake === 0n) throw new Ailment(`${checksumAddress(node)} has nothing at stake`, 'dintel ursula stake');
    if (exitEpoch !== 0)
      throw new Ailment('all of the stake is leaving', 'dintel ursula cancel-unbond, if you want it back');
    if (weight === 0) throw new Ailment('jailed: the stake is below the minimum', 'dintel ursula stake adds to it');
    if (availableUntil <= epoch) {
      throw new Ailment('the promised time is over: no new policies come', 'dintel ursula extend --available-for 365d');
    }
    return [stake, `bonded, serves until epoch ${availableUntil}; this is ${epoch}`];
  });
  await check('operator', async () => {
    if (
      !(await escrow.operatorValid(node, operator, epoch)) &&
      !(await escrow.operatorValid(node, operator, epoch + 1))
    ) {
      throw new Ailment(
        `the chain names another operator than ${checksumAddress(operator)}`,
        'run the node with the right --home, or dintel ursula set-operator',
      );
    }
    return [operator, 'the key of this machine operates the stake'];
  });
  await check('gas', async () => {
    const [balance, head] = await Promise.all([chain.balance(operator), chain.block('latest')]);
    if (balance === 0n || balance < leastGas * (head?.baseFeePerGas ?? 0n)) {
      throw new Ailment(
        `the operator holds ${formatAmount(balance, 18)}, less than 16 heartbeats`,
        `send some to ${checksumAddress(operator)}`,
      );
    }
    return [balance, `${formatAmount(balance, 18)} held by the operator`];
  });
  await check('heartbeat', async () => {
    const covered = Number(await escrow.activeEpochs(node, epoch + 1, epoch + 8));
    if (covered < 2)
      throw new Ailment(`${covered} of the next 8 epochs are covered`, 'run the node; its log says why it cannot beat');
    return [covered, `${covered} of the next 8 epochs are covered`];
  });
  if (typeof path !== 'string') return skip('challenges', 'needs the database');
  await check('challenges', () => {
    const db = Database.openReadOnly(path);
    try {
      const { n } = db.prepare('SELECT count(*) AS n FROM challenges WHERE node = ?').get(node.toLowerCase()) as {
        n: number;
      };
      if (n > 0) throw new Ailment(`${n} open and unanswered`, 'run the node now; its log says why it does not answer');
      return [n, 'none is open'] as const;
    } finally {
      db.closeReadOnly();
    }
  });
}

/** Does it answer, here and by the address that the world knows? */
async function checkDoor(of: { check: Check; skip: Skip; config: Config; isRunning: boolean }): Promise<void> {
  const { check, skip, config, isRunning } = of;
  if (!isRunning) return skip('serving', 'the node is not running');
  const { host = '127.0.0.1', port, url } = config;
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const own = `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
  const here = await check('serving', async () => {
    const answer = await fetch(`${own}/readyz`, { signal: AbortSignal.timeout(waitMs) });
    if (!answer.ok)
      throw new Ailment(
        `/readyz says ${answer.status}: ${await detailOf(answer)}`,
        'wait if it is still reading the chain; else see chain and clock',
      );
    return [await infoOf(own), 'it judges requests'];
  });
  if (here === undefined || url === undefined) return skip('public url', 'needs a node that serves, and a url');
  await check('public url', async () => {
    const cure = `make ${url} lead to ${own}: DNS, firewall, reverse proxy, certificate`;
    const there = await infoOf(url).catch((error: unknown) => {
      throw new Ailment(`${url} does not answer: ${error instanceof Error ? error.message : 'unknown'}`, cure);
    });
    if (!sameAddress(there.node, here.node)) throw new Ailment(`${url} leads to the node ${there.node}`, cure);
    if (toHex(there.encryptingKey) !== toHex(here.encryptingKey)) {
      throw new Ailment(
        `${url} leads to another machine with the same stake`,
        'stop one of the two at once: never run the same keys twice',
      );
    }
    if (here.url !== url) {
      throw new Ailment(`the chain says ${here.url}, config.json says ${url}`, 'announce the new one with setNodeInfo');
    }
    const plain = url.startsWith('http://') && !/^http:\/\/(127\.|localhost|\[::1\])/.test(url);
    if (plain)
      throw new Ailment(`${url} is not encrypted: who stands between sees who reads what`, 'put TLS in front of it');
    return [url, 'leads here, as the chain says'];
  });
}

async function infoOf(base: string): Promise<InfoAnswer> {
  const answer = await fetch(`${base}/v1/info`, { signal: AbortSignal.timeout(waitMs) });
  if (!answer.ok) throw new OperatorError('E_NETWORK', `/v1/info says ${answer.status}`);
  return decodeAnswer('info', new Uint8Array(await answer.arrayBuffer()));
}

async function detailOf(answer: Response): Promise<string> {
  const { detail, title } = (await answer.json().catch(() => ({}))) as { detail?: string; title?: string };
  return detail ?? title ?? 'no reason';
}
