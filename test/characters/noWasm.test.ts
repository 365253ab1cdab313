/**
 * Where WebAssembly is refused, Alice grants and Bob retrieves with noble, and their users call nothing first: every asynchronous
 * door waits for it. (In a page with such a policy: test/e2e/library.test.ts; results: test/umbral/kernelFallback.test.ts.)
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, expect, it, vi } from 'vitest';

const root = join(import.meta.dirname, '../..');

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

it('in Node without a compiler, where there is no WebAssembly', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dintel-jitless-'));
  const story = `
    import { heldFile } from 'dintel';
    import { createTestNetwork } from 'dintel/testing';
    import { engine } from 'dintel/umbral';
    const net = await createTestNetwork({ nodes: 2 });
    const alice = await net.alice('alice');
    const bob = await net.bob('bob');
    const files = [await heldFile(alice.encrypt([new Uint8Array([7, 8, 9])], { label: 'notes' }))];
    const terms = { to: bob.card(), label: 'notes', files, threshold: 1, shares: 2, until: net.in(36_000) };
    const grant = await alice.grant(terms);
    const [file] = (await bob.retrieve({ from: grant.link() })).files;
    const opened = new Uint8Array(await new Response(file.stream()).arrayBuffer());
    console.log(typeof WebAssembly, engine(), opened.join());
  `;
  try {
    await build({
      stdin: { contents: story, resolveDir: root },
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node24',
      outdir: folder,
      outExtension: { '.js': '.mjs' },
    });
    const said = execFileSync(process.execPath, ['--jitless', join(folder, 'stdin.mjs')], { encoding: 'utf8' });
    expect(said.trim()).toBe('undefined noble 7,8,9');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** The library as a page gets it that has just loaded, and what a page with WebAssembly made before. */
async function refusedPage() {
  vi.resetModules();
  const { Enrico, Keyring } = await import('dintel');
  const keyring = Keyring.random();
  const stream = new Enrico(keyring.delegating('notes').publicKey).encrypt([new Uint8Array(3)]);
  const sealed = new Uint8Array(await new Response(stream).arrayBuffer());
  vi.resetModules();
  vi.stubGlobal('WebAssembly', undefined);
  return { sealed, root: keyring.toSecretBytes() };
}

it('each asynchronous door waits by itself', async () => {
  const doors: Record<string, (made: Awaited<ReturnType<typeof refusedPage>>) => Promise<unknown>> = {
    'Labels.open': async ({ root: bytes }) => {
      const { Keyring, Labels, MemoryJournal } = await import('dintel');
      const labels = await Labels.open({ keyring: Keyring.fromRoot(bytes), journal: new MemoryJournal() });
      return labels.key('notes');
    },
    'Network.open': async ({ root: bytes }) => {
      const { Keyring, Network } = await import('dintel');
      const address = `0x${'11'.repeat(20)}` as const;
      const names = ['token', 'escrow', 'policyManager', 'keyRegistry', 'adjudicator'];
      const contracts = Object.fromEntries(names.map((name) => [name, address]));
      const call = async (of: { readonly function: string }) => (of.function === 'epochLength' ? 3_600n : address);
      const chain = { chainId: 31_337, call, block: async () => undefined };
      await Network.open(chain as never, { ...contracts, chainId: 31_337, deployedBlock: 0 } as never);
      return Keyring.fromRoot(bytes).receiving().publicKey;
    },
    openSealedFile: async ({ sealed }) => {
      const { bytesRange, openSealedFile } = await import('dintel');
      return (await openSealedFile(bytesRange(sealed))).header.capsule;
    },
    'Vault.create': async () => {
      const { MemoryVaultStore, Vault } = await import('dintel/keys');
      const stretch = async () => new Uint8Array(32);
      const slots = [{ type: 'password', password: 'correct horse battery' }] as const;
      const vault = await Vault.create({ store: new MemoryVaultStore(), slots, stretch, idleMs: 0 });
      return vault.keyring().receiving().publicKey;
    },
    serveVerifier: async () => {
      const { serveVerifier, workerVerifier } = await import('dintel');
      const { port1, port2 } = new MessageChannel();
      serveVerifier(port1);
      port1.start();
      port2.start();
      const key = new Uint8Array(33).fill(2);
      const job = { capsules: [], cfrags: [], verifyingKey: key, delegatingKey: key, receivingKey: key };
      const faults = await workerVerifier(port2).verify(job);
      port1.close();
      return faults;
    },
  };
  for (const [name, open] of Object.entries(doors)) {
    const made = await refusedPage();
    await expect(open(made), name).resolves.not.toThrow();
    vi.unstubAllGlobals();
  }
});
