/**
 * The story the demo tells, each act a process of its own: Enrico encrypts, Alice grants and is gone, Bob opens, a node falls and Bob
 * opens again, Alice revokes and Bob is refused. Bob's process gets his key, the link and the network, never the input's path.
 */
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoNetwork } from './network.ts';
import { dintelJson, shares, threshold } from './network.ts';
import { runDintel } from './processes.ts';
import { step } from './screen.ts';

/** The label that the demo's file is encrypted for. */
export const label = 'demo/medical-records';

/** A file as the demo speaks of it. */
export interface FileFacts {
  readonly bytes: number;
  readonly sha256: string;
}

/** One act: whether it held, which process played it, and the code of an error where an error was the point. */
export interface StepResult {
  readonly name: 'encrypted' | 'granted' | 'aliceExited' | 'retrieved' | 'retrievedWithOneDown' | 'refusedAfterRevoke';
  readonly ok: boolean;
  readonly pid: number;
  readonly code?: string;
}

/** What the whole story yields. */
export interface StoryResult {
  readonly ok: boolean;
  readonly file: FileFacts;
  readonly retrieved: FileFacts;
  readonly steps: readonly StepResult[];
  readonly policyId: string;
  readonly link: string;
  readonly stopped: string;
  readonly timingsMs: Readonly<Record<string, number>>;
  readonly gas: Readonly<Record<string, number>>;
  readonly peakRssBytes: Readonly<Record<string, number>>;
}

/** Size and SHA-256 of a file, read as a stream. */
export async function factsOf(path: string): Promise<FileFacts> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return { bytes: statSync(path).size, sha256: hash.digest('hex') };
}

const short = (hex: string) => `${hex.slice(0, 10)}…${hex.slice(-4)}`;
const size = (bytes: number) => (bytes < 10_000 ? `${bytes} bytes` : `${(bytes / 1e6).toFixed(1)} MB`);
const firstSentence = (text: string) => `${text.split(/\.\s|\n/)[0]}`.slice(0, 70);
const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Plays the story for the file at `input`. Throws when an act that must succeed does not. */
export async function tell(network: DemoNetwork, input: string): Promise<StoryResult> {
  const { dir, passwordFile } = network;
  const steps: StepResult[] = [];
  const timingsMs: Record<string, number> = {};
  const peakRssBytes: Record<string, number> = {};
  const gas: Record<string, number> = {};
  const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const result = await work();
    timingsMs[name] = Math.round(performance.now() - started);
    return result;
  };

  const alice = ['--home', join(dir, 'alice'), '--password-file', passwordFile];
  const bob = ['--home', join(dir, 'bob'), '--password-file', passwordFile];
  const chain = ['--rpc', network.rpcUrl, '--deployment', network.deploymentFile];
  const bobDir = join(dir, 'bob-files');
  mkdirSync(bobDir, { recursive: true, mode: 0o700 });
  const sealed = join(dir, 'sealed.dintel');
  const file = await factsOf(input);

  await dintelJson(['alice', 'init', ...alice, ...chain, '--wallet-key-file', network.aliceKeyFile]);
  await dintelJson(['bob', 'init', ...bob, ...chain]);
  const { delegatingKey } = await dintelJson<{ delegatingKey: string }>(['alice', 'label', label, ...alice]);
  const { card } = await dintelJson<{ card: string }>(['bob', 'card', ...bob]);
  writeFileSync(join(dir, 'bob.card'), card);

  const encrypted = await step(
    'Enrico encrypts for Alice’s label',
    () =>
      timed('encrypt', () =>
        dintelJson(['enrico', 'encrypt', '--to-label-key', delegatingKey, '--in', input, '--out', sealed]),
      ),
    () => `${size(file.bytes)}, with her public key alone`,
  );
  steps.push({ name: 'encrypted', ok: true, pid: encrypted.pid });
  peakRssBytes.enrico = encrypted.peakRssBytes;

  const granted = await step(
    `Alice grants Bob ${threshold} of ${shares}`,
    () =>
      timed('grant', () =>
        dintelJson<{ policyId: string; link: string; gas?: number }>([
          'alice',
          'grant',
          ...alice,
          ...chain,
          '--file',
          sealed,
          '--label',
          label,
          '--to',
          card,
          '--threshold',
          String(threshold),
          '--shares',
          String(shares),
          '--for',
          '1h',
          '--yes',
        ]),
      ),
    (result) => `policy ${short(result.policyId)}, paid in advance`,
  );
  steps.push({ name: 'granted', ok: true, pid: granted.pid });
  peakRssBytes.alice = granted.peakRssBytes;
  if (granted.gas !== undefined) gas.createPolicy = granted.gas;

  await step(
    'Alice goes offline',
    async () => {
      if (alive(granted.pid)) throw new Error(`her process ${granted.pid} is still there`);
    },
    () => `process ${granted.pid} has ended`,
  );
  steps.push({ name: 'aliceExited', ok: true, pid: granted.pid });

  const retrieve = (out: string) =>
    dintelJson<{ nodes?: readonly { node: string; state: string }[] }>(
      ['bob', 'retrieve', granted.link, ...bob, ...chain, '--out', out],
      { cwd: bobDir },
    );

  const first = join(bobDir, 'first');
  const opened = await step(
    'Bob opens it',
    () => timed('retrieve', () => retrieve(first)),
    () => 'his key and the link, no coins',
  );
  const retrieved = await factsOf(first);
  const same = retrieved.sha256 === file.sha256 && retrieved.bytes === file.bytes;
  steps.push({ name: 'retrieved', ok: same, pid: opened.pid });
  peakRssBytes.bob = opened.peakRssBytes;
  await step(
    'The hashes match',
    async () => {
      if (!same) throw new Error(`sent ${file.sha256}, got ${retrieved.sha256}`);
    },
    () => `sha256 ${short(file.sha256)}`,
  );

  // The node that falls is one that answered Bob, if he says who did; else any.
  const answered = opened.nodes?.find((node) => node.state === 'verified')?.node.toLowerCase();
  const victim = network.nodes.find((node) => node.address === answered) ?? network.nodes[0];
  if (victim === undefined) throw new Error('there is no node to stop');
  await step(
    'A node stops',
    () => victim.process.stop(),
    () => `${victim.name}, one of those who answered`,
  );
  const second = join(bobDir, 'second');
  const again = await step(
    'Bob still opens it',
    () => timed('retrieveWithOneDown', () => retrieve(second)),
    () => `${shares - 1} of ${shares} nodes are up`,
  );
  steps.push({ name: 'retrievedWithOneDown', ok: (await factsOf(second)).sha256 === file.sha256, pid: again.pid });

  const revoked = await step(
    'Alice revokes',
    () =>
      timed('revoke', () =>
        dintelJson<{ gas?: number }>(['alice', 'revoke', granted.policyId, ...alice, ...chain, '--yes']),
      ),
    () => 'what was not earned returns to her',
  );
  if (revoked.gas !== undefined) gas.revoke = revoked.gas;
  const refused = await step(
    'Bob is refused',
    async () => {
      const attempt = await refusal(
        ['bob', 'retrieve', granted.link, ...bob, ...chain, '--out', join(bobDir, 'third')],
        bobDir,
      );
      if (attempt.status === 0) throw new Error('he opened the file after it was revoked');
      return attempt;
    },
    (attempt) => `${attempt.code}: ${attempt.message}`,
  );
  steps.push({
    name: 'refusedAfterRevoke',
    ok: refused.code === 'E_REVOKED' || refused.code === 'POLICY_REVOKED',
    pid: refused.pid,
    code: refused.code,
  });

  for (const node of network.nodes) peakRssBytes[node.name] = node.process.peakRssBytes();
  peakRssBytes.chain = network.chain.peakRssBytes();
  return {
    ok: steps.every((act) => act.ok),
    file,
    retrieved,
    steps,
    policyId: granted.policyId,
    link: granted.link,
    stopped: victim.name,
    timingsMs,
    gas,
    peakRssBytes,
  };
}

/** Runs a command that is expected to fail and reads why: `{error: {code, message}}` on its standard output. */
async function refusal(
  args: readonly string[],
  cwd: string,
): Promise<{ status: number; pid: number; code: string; message: string }> {
  // The revocation counts from its block on; give Bob's own view one poll.
  await sleep(200);
  const finished = await runDintel([...args, '--json'], { cwd });
  const parsed = (() => {
    try {
      return JSON.parse(finished.stdout) as { error?: { code?: string; message?: string } };
    } catch {
      return {};
    }
  })();
  return {
    status: finished.status,
    pid: finished.pid,
    code: parsed.error?.code ?? `exit ${finished.status}`,
    message: firstSentence(parsed.error?.message ?? finished.stderr),
  };
}
