/**
 * `npm run demo`: a whole network on this machine, and a story told on it.
 *
 *   npm run demo                             raise it, tell the story with a sample file, stay up until Ctrl-C
 *   npm run demo -- --once PATH [--json]     tell the story with the file at PATH and end; exit 0 only if every act held
 *   npm run demo -- --keep DIR               leave homes, keys and logs in DIR, so that commands can be repeated by hand
 *   npm run demo -- --clean [--keep DIR]     remove what --keep left
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { rules } from '../../ignition/rules.ts';
import { startControl } from './control.ts';
import { pastEpochs, playPast } from './history.ts';
import {
  type DemoNetwork,
  type DemoNode,
  deploy,
  type MadeNode,
  shares,
  startChain,
  startNode,
  startNodes,
  threshold,
  writeAliceKey,
  writePassword,
} from './network.ts';
import { makePersonas } from './personas.ts';
import { stopAll } from './processes.ts';
import { beSilent, bold, quiet, say, step, title } from './screen.ts';
import { buildSite, serveSite } from './site.ts';
import { label, type StoryResult, tell } from './story.ts';

const root = join(import.meta.dirname, '../..');
const defaultKeep = join(root, '.dintel/demo');

const usage = `npm run demo [-- options]

  --once PATH   tell the story with the file at PATH, then end
  --json        with --once: one JSON object on standard output, nothing else
  --keep DIR    leave homes, keys and logs in DIR
  --clean       remove what --keep left in DIR (default .dintel/demo) and end`;

function options() {
  try {
    return parseArgs({
      options: {
        once: { type: 'string' },
        json: { type: 'boolean', default: false },
        keep: { type: 'string' },
        clean: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    console.error(`demo: ${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

const marker = '.dintel-demo';

/** The demo's own folder: temporary unless it is to be kept, and marked, so that --clean removes nothing else. */
function prepare(keep: string | undefined): string {
  if (keep === undefined) return mkdtempSync(join(tmpdir(), 'dintel-demo-'));
  const dir = resolve(keep);
  if (existsSync(dir) && readdirSync(dir).length > 0) {
    if (!existsSync(join(dir, marker))) {
      console.error(`demo: ${dir} is not empty and was not made by the demo; choose another folder.`);
      process.exit(2);
    }
    rmSync(dir, { recursive: true });
  }
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeFileSync(
    join(dir, marker),
    'Made by `npm run demo -- --keep`; `npm run demo -- --clean --keep DIR` removes this folder.\n',
  );
  return dir;
}

function clean(keep: string | undefined): void {
  const dir = resolve(keep ?? defaultKeep);
  if (!existsSync(dir)) console.error(`demo: there is nothing at ${dir}`);
  else if (!existsSync(join(dir, marker))) {
    console.error(`demo: ${dir} was not made by the demo; it stays.`);
    process.exit(2);
  } else {
    rmSync(dir, { recursive: true });
    console.error(`demo: removed ${dir}`);
  }
}

/** A small file to share when none is named: a made-up laboratory report. */
function sample(dir: string): string {
  const path = join(dir, 'lab-results.txt');
  const rows = [
    'Haemoglobin        14.1 g/dL    13.5 – 17.5',
    'Leucocytes          6.2 10⁹/L    4.0 – 10.0',
    'Glucose, fasting    4.9 mmol/L   3.9 –  5.6',
  ];
  writeFileSync(path, `Laboratory report (invented)\nPatient: Alice\n\n${rows.join('\n')}\n`);
  return path;
}

/** Epochs of a local deployment, in seconds. */
const epochLength = rules.local.epochLength;

/** Raises the network; `withPast` lets its clock begin in the past and plays a history up to now. */
async function raise(dir: string, withPast: boolean): Promise<DemoNetwork> {
  const passwordFile = writePassword(dir);
  const aliceKeyFile = writeAliceKey(dir);
  const { chain, rpcUrl } = await step(
    'Chain up',
    () => startChain(dir, withPast ? pastEpochs * epochLength : 0),
    (started) => started.rpcUrl,
  );
  const { deployment, deploymentFile } = await step(
    'Contracts deployed',
    () => deploy(dir, rpcUrl),
    () => 'token, escrow, policies, keys, adjudicator',
  );
  const context = { dir, rpcUrl, deployment, deploymentFile, passwordFile, chain };
  const past = async (made: readonly MadeNode[]): Promise<void> => {
    if (!withPast) return;
    const settleDue = await step(
      'A past for the plots',
      () => playPast(context, made),
      () => `${pastEpochs} epochs: fees, rewards, two slashes`,
    );
    // What it cannot settle any more, because the chain has gone, nobody misses.
    setInterval(() => void settleDue().catch(() => undefined), epochLength * 1_000).unref();
  };
  const nodes = await step(
    `${shares} nodes staked and serving`,
    () => startNodes(context, undefined, past),
    (raised) => `ports ${raised.map((node) => new URL(node.url).port).join(' ')}`,
  );
  return { ...context, aliceKeyFile, nodes };
}

/** The node that the story stopped, serving again. */
const back = async (network: DemoNetwork, node: DemoNode): Promise<DemoNode> => ({
  ...node,
  process: await startNode(network, node),
});

function summary(network: DemoNetwork, story: StoryResult) {
  return {
    ok: story.ok,
    file: story.file,
    retrieved: story.retrieved,
    steps: story.steps,
    nodes: network.nodes.map(({ name, url, address, operator, process: { pid } }) => ({
      name,
      url,
      address,
      operator,
      pid,
    })),
    threshold,
    shares,
    policyId: story.policyId,
    timingsMs: story.timingsMs,
    gas: story.gas,
    peakRssBytes: story.peakRssBytes,
  };
}

function printNext(network: DemoNetwork, site: string, kept: boolean): void {
  const { dir } = network;
  title('It stays up', 'Ctrl-C stops everything');
  say(`    ${bold('The app')}     ${site}`);
  say(`    The chain   ${network.rpcUrl}  ${quiet('(chain id 31337, 30-second epochs)')}`);
  for (const node of network.nodes) say(`    ${node.name}    ${node.url}  ${quiet('status page, /v1/info')}`);
  say(`    Logs        ${dir}`);
  title('Try next', `in another terminal, in ${root}`);
  say(`    D=${dir}`);
  say('    npx dintel alice grant --home $D/alice --password-file $D/password --file $D/sealed.dintel \\');
  say(`        --label ${label} --to "$(cat $D/bob.card)" --for 1h --yes`);
  say("    npx dintel bob retrieve 'THE LINK IT PRINTS' --home $D/bob --password-file $D/password --out opened.txt");
  say('    npx dintel alice grants --home $D/alice --password-file $D/password');
  say('    npx dintel ursula status --home $D/ursula-1');
  if (!kept) say(quiet('    everything in $D goes when you stop; npm run demo -- --keep DIR leaves it'));
  say();
}

async function main(): Promise<number> {
  const chosen = options();
  if (chosen.help === true) {
    console.log(usage);
    return 0;
  }
  if (chosen.clean === true) {
    clean(chosen.keep);
    return 0;
  }
  if (chosen.json === true) beSilent();
  if (chosen.once !== undefined && statSync(chosen.once, { throwIfNoEntry: false })?.isFile() !== true) {
    console.error(`demo: there is no file at ${chosen.once}`);
    return 2;
  }
  const dir = prepare(chosen.keep);
  const leave = () => {
    if (chosen.keep === undefined) rmSync(dir, { recursive: true, force: true });
  };
  process.once('exit', leave);

  const interrupted = new Promise<'interrupted'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve('interrupted'));
  });

  const play = async (): Promise<number> => {
    title('Dintel', `a network of ${shares} nodes on this machine, ${threshold} of which must answer`);
    const network = await raise(dir, chosen.once === undefined);
    title('The story');
    const story = await tell(network, chosen.once ?? sample(dir));
    if (chosen.json === true) process.stdout.write(`${JSON.stringify(summary(network, story))}\n`);
    if (chosen.once !== undefined) return story.ok ? 0 : 1;
    const nodes = await step(
      'The stopped node is back',
      () => Promise.all(network.nodes.map(async (node) => (node.name === story.stopped ? back(network, node) : node))),
      () => story.stopped,
    );
    const control = await startControl({ ...network, nodes });
    const site = await step(
      'The app',
      async () =>
        serveSite(await buildSite(), {
          chainName: 'Local demo',
          rpcUrl: network.rpcUrl,
          deployment: { ...network.deployment },
          personas: makePersonas(),
          controlUrl: control.url,
        }),
      (served) => served.url,
    );
    control.allow(site.url);
    printNext(network, site.url, chosen.keep !== undefined);
    await interrupted;
    await Promise.all([site.close(), control.close()]);
    return 0;
  };

  try {
    const status = await Promise.race([play(), interrupted]);
    return status === 'interrupted' ? 130 : status;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (chosen.json === true) process.stdout.write(`${JSON.stringify({ ok: false, error: message })}\n`);
    else say(`\n  ${message}\n`);
    return 1;
  } finally {
    if (chosen.json !== true) say(quiet('  stopping …'));
    await stopAll();
    leave();
  }
}

process.exit(await main());
