/**
 * The local network of the demo: a chain, the contracts, five staked nodes that are five processes, and money for those who need it.
 * Every key here is made for this run or is Hardhat's public test mnemonic; nothing is fit for another chain.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Deployment } from 'dintel/chain';
import { Contract, HDNodeWallet, JsonRpcProvider, NonceManager, parseEther } from 'ethers';
import { network } from 'hardhat';
import { deployDintel } from '../../ignition/deploy.ts';
import { freePort, type Running, runDintel, start, startDintel } from './processes.ts';

/** How many nodes the demo runs, and how many of them must answer. */
export const shares = 5;
export const threshold = 3;

const mnemonic = 'test test test test test test test test test test test junk';
/** Hardhat's public accounts, by role. */
export const account = (index: number) => HDNodeWallet.fromPhrase(mnemonic, '', `m/44'/60'/0'/0/${index}`);
const accounts = { deployer: 0, alice: 1, firstStaker: 2 } as const;

/** A node that is made and staked. */
export interface MadeNode {
  readonly name: string;
  readonly home: string;
  readonly url: string;
  readonly address: string;
  readonly operator: string;
}

/** One node of the demo, serving. */
export interface DemoNode extends MadeNode {
  readonly process: Running;
}

/** All that the story and the reader's own commands need. */
export interface DemoNetwork {
  readonly dir: string;
  readonly rpcUrl: string;
  readonly deployment: Deployment;
  readonly deploymentFile: string;
  readonly passwordFile: string;
  readonly aliceKeyFile: string;
  readonly chain: Running;
  readonly nodes: readonly DemoNode[];
}

/** What the nodes stand on. */
export type NodeContext = Omit<DemoNetwork, 'nodes' | 'aliceKeyFile'>;

/** Writes a file only its owner can read. */
export function writeSecret(path: string, text: string): string {
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

/** Runs a `dintel … --json` command and gives back its object, or throws with what it said. */
export async function dintelJson<T>(
  args: readonly string[],
  options: { cwd?: string } = {},
): Promise<T & { peakRssBytes: number; pid: number }> {
  const finished = await runDintel([...args, '--json'], options);
  if (finished.status !== 0) {
    throw new Error(
      `dintel ${args.slice(0, 2).join(' ')} ended with ${finished.status}: ${(finished.stderr || finished.stdout).trim().slice(-600)}`,
    );
  }
  return { ...(JSON.parse(finished.stdout) as T), peakRssBytes: finished.peakRssBytes, pid: finished.pid };
}

/**
 * Starts the chain process and waits for the line that names its URL. `agoSeconds` lets its clock begin in the past, where a history
 * can be played (history.ts).
 */
export async function startChain(dir: string, agoSeconds = 0): Promise<{ chain: Running; rpcUrl: string }> {
  const log = join(dir, 'chain.log');
  const chain = start('chain', [process.execPath, join(import.meta.dirname, 'chain.ts'), String(agoSeconds)], log);
  for (let waited = 0; waited < 60_000; waited += 50) {
    const line = existsSync(log) ? /\{"url":"([^"]+)"\}/.exec(readFileSync(log, 'utf8')) : null;
    if (line !== null) return { chain, rpcUrl: line[1] as string };
    await sleep(50);
  }
  throw new Error(`the chain did not start; see ${log}`);
}

/** Deploys the contracts with the local constants (30-second epochs) and writes the addresses where every process reads them. */
export async function deploy(dir: string, rpcUrl: string): Promise<{ deployment: Deployment; deploymentFile: string }> {
  const connection = await network.create({ network: 'remote', override: { url: rpcUrl } });
  const deployment = await deployDintel(connection, 'local');
  await connection.close();
  const deploymentFile = join(dir, 'deployment.json');
  writeFileSync(deploymentFile, `${JSON.stringify(deployment, null, 2)}\n`);
  return { deployment, deploymentFile };
}

/** How the nodes of a network may differ from the demo's. */
export interface NodeChoices {
  /** Further options of `ursula init`. */
  readonly init?: readonly string[];
  /** Starts the process that serves; default `dintel ursula run`. */
  readonly serve?: (start: NodeStart) => Running;
}

/** What it takes to start a node that is made and staked. */
export interface NodeStart {
  readonly name: string;
  readonly home: string;
  readonly passwordFile: string;
  readonly logFile: string;
}

/** `dintel ursula run` in a process of its own. */
export const serveNode = ({ name, home, passwordFile, logFile }: NodeStart): Running =>
  startDintel(name, ['ursula', 'run', '--home', home, '--password-file', passwordFile], logFile);

/** Makes, funds and stakes one node. */
async function makeNode(
  index: number,
  context: NodeContext,
  fund: (operator: string, staker: string) => Promise<void>,
  choices: NodeChoices,
): Promise<MadeNode> {
  const name = `ursula-${index + 1}`;
  const home = join(context.dir, name);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const common = ['--home', home, '--password-file', context.passwordFile];
  const staker = account(accounts.firstStaker + index);
  const stakeKeyFile = writeSecret(join(context.dir, `${name}.stake.key`), staker.privateKey);

  const made = await dintelJson<{ operator: string }>([
    'ursula',
    'init',
    '--yes',
    ...common,
    '--rpc',
    context.rpcUrl,
    '--deployment',
    context.deploymentFile,
    '--port',
    String(port),
    '--url',
    url,
    '--node',
    staker.address,
    ...(choices.init ?? []),
  ]);
  await fund(made.operator, staker.address);
  await dintelJson([
    'ursula',
    'stake',
    '--yes',
    ...common,
    '--stake-key-file',
    stakeKeyFile,
    '--amount',
    '100000',
    '--min-rate',
    String(10n ** 12n),
  ]);
  return { name, home, url, address: staker.address.toLowerCase(), operator: made.operator.toLowerCase() };
}

/** Starts a node from its home; resolves when it answers `/readyz`. */
export async function startNode(
  { dir, passwordFile }: Pick<NodeContext, 'dir' | 'passwordFile'>,
  { name, home, url }: MadeNode,
  serve: (start: NodeStart) => Running = serveNode,
): Promise<Running> {
  const logFile = join(dir, `${name}.log`);
  const running = serve({ name, home, passwordFile, logFile });
  await ready(url, logFile);
  return running;
}

/** Waits until a node says that it is ready to serve. */
export async function ready(url: string, log: string): Promise<void> {
  for (let waited = 0; waited < 90_000; waited += 100) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok === true) return;
    await sleep(100);
  }
  throw new Error(`${url} is not ready after 90 s; see ${log}`);
}

/**
 * Raises five nodes side by side; `choices` for each by its place, none for the demo's own. `before` runs when all are staked and none
 * serves yet.
 */
export async function startNodes(
  context: NodeContext,
  choices: (index: number) => NodeChoices = () => ({}),
  before: (made: readonly MadeNode[]) => Promise<void> = () => Promise.resolve(),
): Promise<DemoNode[]> {
  const provider = new JsonRpcProvider(context.rpcUrl, undefined, {
    staticNetwork: true,
    polling: true,
    pollingInterval: 100,
  });
  const treasury = new NonceManager(account(accounts.deployer).connect(provider));
  const token = new Contract(
    context.deployment.token,
    ['function transfer(address to, uint256 amount) returns (bool)'],
    treasury,
  );
  const fund = async (operator: string, staker: string) => {
    const sent = [
      await treasury.sendTransaction({ to: operator, value: parseEther('10') }),
      await token.getFunction('transfer')(staker, parseEther('200000')),
    ];
    for (const transaction of sent) await transaction.wait();
  };
  // One at a time would be simpler to read in a log, but the reader waits for this; the treasury's nonces are ordered by its manager.
  const made = await Promise.all(
    Array.from({ length: shares }, (_, index) => makeNode(index, context, fund, choices(index))),
  );
  provider.destroy();
  await before(made);
  return Promise.all(
    made.map(async (node, index) => ({ ...node, process: await startNode(context, node, choices(index).serve) })),
  );
}

/** Alice's wallet key: the only account in the story that pays. */
export const writeAliceKey = (dir: string): string =>
  writeSecret(join(dir, 'alice.key'), account(accounts.alice).privateKey);

/** A password nobody has to know, for keystores that live as long as the demo. */
export function writePassword(dir: string): string {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const path = join(dir, 'password');
  return existsSync(path) ? path : writeSecret(path, randomBytes(24).toString('base64url'));
}
