/** The examples run, build and type-check, and stay as short as they promise. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Keyring } from 'dintel';
import { PolicyManager } from 'dintel/chain';
import { toHex, utf8 } from 'dintel/protocol';
import { createTestNetwork } from 'dintel/testing';
import { build as bundle } from 'esbuild';
import { build as buildPage } from 'vite';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { open } from '../../examples/cliPipe/open.ts';
import { collect, Drop, main as fileDrop } from '../../examples/fileDrop/drop.ts';
import { main as healthRecord } from '../../examples/healthRecord/record.ts';
import { main as introduction } from '../../examples/introduction/inbox.ts';
import { atMost, type Net } from '../../examples/network.ts';
import { main as share } from '../../examples/nodeScript/share.ts';
import { sendReport, main as services, startArchive } from '../../examples/serviceToService/services.ts';
import { Board, Member, main as teamChat } from '../../examples/teamChat/chat.ts';
import { rules } from '../../ignition/rules.ts';
import { runElsewhere } from './otherProcess.ts';

const examples = join(import.meta.dirname, '../../examples');
const folder = mkdtempSync(join(tmpdir(), 'dintel-examples-'));
beforeAll(() => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});
afterAll(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** What `openNetwork` makes of the demo, where an epoch takes 30 seconds, with the network in memory in its place. */
async function demoLike(): Promise<Net> {
  const { epochLength } = rules.local;
  const net = await createTestNetwork({ nodes: 5, epochLength });
  return {
    alice: (name, options) => net.alice(name, options),
    bob: (name, options) => net.bob(name, options),
    in: (seconds) => net.in(atMost(seconds, epochLength)),
    fetch: net.fetch,
  };
}

describe('seven to start from', () => {
  it('have at most 60 lines', () => {
    const starters = [
      'nodeScript/share.ts',
      'vitePage/main.ts',
      'nextPage/app/page.tsx',
      'cliPipe/seal.ts',
      'cliPipe/open.ts',
      'serviceToService/services.ts',
      'crashSafe/share.ts',
      'introduction/inbox.ts',
    ];
    const long = starters.filter((name) => readFileSync(join(examples, name), 'utf8').split('\n').length > 61);
    expect(long).toEqual([]);
  });

  it('node script: opens, and not after the revocation', async () => {
    const bytes = utf8('a letter');
    const { opened, ending } = await share(await demoLike(), 'letter.txt', bytes);
    expect(opened).toEqual(bytes);
    expect(ending).toBe('POLICY_REVOKED');
  });

  it('CLI pipe: what one process seals another opens, and only with the right root', async () => {
    const film = crypto.getRandomValues(new Uint8Array(60_000));
    const keyring = Keyring.random();
    const root = join(folder, 'root');
    writeFileSync(root, keyring.toSecretBytes(), { mode: 0o600 });
    const run = (name: string, argument: string, input: Uint8Array) =>
      execFileSync(process.execPath, [join(examples, 'cliPipe', name), argument], {
        input,
        env: { ...process.env, DINTEL_ROOT: root },
        stdio: ['pipe', 'pipe', 'pipe'],
      });
    const sealed = run('seal.ts', toHex(keyring.delegating('films').publicKey.toBytes()), film);
    expect(new Uint8Array(run('open.ts', 'films', sealed))).toEqual(film);
    const stream = new Blob([sealed]).stream();
    await expect(open(Keyring.random(), 'films', stream)).rejects.toMatchObject({ code: 'dem.auth' });
  });

  it('service to service: a report arrives, one that was ended does not', async () => {
    const net = await demoLike();
    expect([...(await services(net))]).toEqual([['november.csv', 'customer,amount\n1,20\n']]);
    const kept = new Map<string, Uint8Array>();
    const archive = await startArchive(await net.bob('other archive'), (name, bytes) => kept.set(name, bytes));
    const billing = await net.alice('billing');
    const { status, grant } = await sendReport(billing, archive.url, 'a.csv', '1', net.in(3_600));
    expect([status, kept.size]).toEqual([201, 1]);
    await billing.revoke({ policyId: grant.policyId });
    // The archive has verified fragments of the report; the chain still says no.
    const again = await fetch(`${archive.url}/links`, { method: 'POST', body: grant.link() });
    expect([again.status, await again.text()]).toEqual([422, 'POLICY_REVOKED']);
    archive.close();
  });

  it('crash safe: killed at any step, and run again, it ends with one grant that Bob opens', async () => {
    const net = await createTestNetwork({ nodes: 4 });
    const bob = await net.bob();
    const home = mkdtempSync(join(folder, 'crash-'));
    const file = join(folder, 'paper.txt');
    writeFileSync(file, 'the whole paper');
    const errand = { folder: home, card: bob.card(), file, password: 'a long password' };
    const seen: string[] = [];
    // Killed once at each: the first promise of a node; the first blob that is uploaded, which is after the payment.
    for (const route of [/^POST .*acks/, /^PUT /]) {
      const links = await runElsewhere(net, errand, (method, path, child) => {
        seen.push(`${method} ${path}`);
        if (route.test(`${method} ${path}`)) child.kill('SIGKILL');
      });
      expect(links, seen.join()).toBeUndefined();
    }
    const [link, ...more] = (await runElsewhere(net, errand)) ?? [];
    expect(more).toEqual([]);
    const { files } = await bob.retrieve({ from: link ?? '' });
    expect(new TextDecoder().decode(await files[0]?.bytes())).toBe('the whole paper');
    const policies = new PolicyManager(net.account('alice'), net.deployment.policyManager);
    const range = { fromBlock: 0n, toBlock: 10_000n };
    expect(await policies.events({ event: 'PolicyCreated', range })).toHaveLength(1);
    expect(readdirSync(home).sort()).toEqual(['journal', 'vault']);
  });

  it('introduction: by her card Alice is known, and what she shares is there without a link', async () => {
    expect(await introduction(await demoLike())).toEqual(['Alice: Come to dinner.']);
  });

  it('vite page: builds without a setting', async () => {
    const outDir = join(folder, 'page');
    await buildPage({ root: join(examples, 'vitePage'), configFile: false, logLevel: 'error', build: { outDir } });
    const html = readFileSync(join(outDir, 'index.html'), 'utf8');
    const script = /src="\/(assets\/[^"]+\.js)"/.exec(html)?.[1] ?? '';
    expect(readFileSync(join(outDir, script), 'utf8').length).toBeGreaterThan(50_000);
  });

  it('next page: is bundled without a setting', async () => {
    const entry = join(examples, 'nextPage/app/page.tsx');
    const { outputFiles, warnings } = await bundle({
      entryPoints: [entry],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      jsx: 'automatic',
      logLevel: 'silent',
    });
    expect(warnings.filter(({ id }) => id !== 'ignored-directive')).toEqual([]);
    expect(outputFiles[0]?.text).toContain('retrieve');
  });
});

describe('three small programs', () => {
  it('file drop: what strangers left reaches the lawyer, through a server that cannot read it', async () => {
    const net = await demoLike();
    const opened = await fileDrop(net);
    expect(Object.fromEntries(opened)).toEqual({
      'tip.txt': 'Look at the third invoice.',
      'invoice.txt': 'Three of everything.',
    });
    const drop = new Drop('0x');
    await expect(drop.leave(utf8('no sealed file'))).rejects.toMatchObject({ code: 'E_BRAND' });
    expect(() => drop.take('file-9')).toThrow('nothing lies here');
    await expect(collect(await net.bob('passer-by'), 'https://a.example/open#v1.x')).rejects.toThrow();
  });

  it('team chat: who is removed reads nothing of the next season, and the board nothing at all', async () => {
    const { carol, dave } = await teamChat(await demoLike());
    expect(carol).toEqual(['Lunch at noon?', 'I am leaving for another team.', 'Then lunch without Dave.']);
    expect(dave).toEqual(['Lunch at noon?', 'I am leaving for another team.']);
    const stranger = new Member(await (await createTestNetwork({ nodes: 0 })).bob());
    await expect(stranger.say(new Board(), 1, 'let me in')).rejects.toThrow('no key');
  });

  it('health record: a consent opens one kind, until it is withdrawn', async () => {
    expect(await healthRecord(await demoLike())).toEqual({
      told: ['blood.txt: Iron is low.', 'blood2.txt: Iron is better.'],
      before: ['Dr Grün: lab, in force'],
      after: 'POLICY_REVOKED',
      overview: ['Dr Grün: lab, withdrawn'],
    });
  });
});
