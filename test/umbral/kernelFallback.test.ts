/** Where WebAssembly is missing, forbidden or too old, the library works on noble, with the same results, and says so. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { text } from './support.ts';

const ours = WebAssembly;
const refuse = (message: string) =>
  class {
    constructor() {
      throw new ours.CompileError(message);
    }
  };
const platforms: Record<string, unknown> = {
  'no WebAssembly': undefined,
  'a Content-Security-Policy without wasm-unsafe-eval': {
    ...ours,
    Module: refuse('Wasm code generation disallowed by embedder'),
  },
  'no SIMD': { ...ours, Module: refuse('invalid opcode 0xfd') },
};

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** The library as a page gets it that has just loaded. */
async function fresh<T>(load: () => Promise<T>, platform?: unknown): Promise<T> {
  vi.resetModules();
  if (platform !== ours) vi.stubGlobal('WebAssembly', platform);
  return load();
}
const umbral = () => import('../../lib/umbral/index.ts');

describe('with', () => {
  for (const [name, platform] of Object.entries(platforms)) {
    it(`${name}: noble, and it opens what the kernel encrypted`, async () => {
      const fast = await fresh(umbral, ours);
      expect(fast.engine()).toBe('wasm');
      const secret = fast.SecretKey.random();
      const { capsule, ciphertext } = fast.encrypt(secret.publicKey, text('lintel'));
      const slow = await fresh(umbral, platform);
      expect(slow.engine()).toBe('noble');
      const key = slow.SecretKey.fromBytes(secret.toSecretBytes());
      const opens = () => slow.decryptOriginal(key, slow.Capsule.fromBytes(capsule.toBytes()), ciphertext);
      expect(opens).toThrow(expect.objectContaining({ name: 'EngineNotReady', code: 'engine.not_ready' }));
      await Promise.all([slow.ready(), slow.ready()]);
      expect(slow.engine()).toBe('noble');
      expect(opens()).toEqual(text('lintel'));
    });
  }

  it('WebAssembly: nobody has to wait for anything, and noble is not loaded', async () => {
    const loaded = vi.fn();
    vi.doMock('../../lib/umbral/engine/noble.ts', () => {
      loaded();
      return {};
    });
    try {
      const fast = await fresh(umbral, ours);
      expect(fast.SecretKey.random().publicKey.toBytes()).toHaveLength(33);
      await fast.ready();
      expect(fast.engine()).toBe('wasm');
      expect(loaded).not.toHaveBeenCalled();
    } finally {
      vi.doUnmock('../../lib/umbral/engine/noble.ts');
    }
  });

  it('neither: the same code, and the cause', async () => {
    vi.doMock('../../lib/umbral/engine/noble.ts', () => Promise.reject(new TypeError('offline')));
    try {
      const none = await fresh(umbral, undefined);
      await expect(none.ready()).rejects.toMatchObject({ code: 'engine.not_ready', cause: expect.any(Error) });
    } finally {
      vi.doUnmock('../../lib/umbral/engine/noble.ts');
    }
  });
});

describe('before ready(), where WebAssembly is refused', () => {
  const protocol = () => import('../../lib/protocol/index.ts');
  const notReady = expect.objectContaining({ code: 'engine.not_ready' });

  it('no input is blamed: what wraps a fault of an input lets it through', async () => {
    const made = await fresh(protocol, ours);
    const keyring = made.Keyring.random();
    const key = keyring.receiving();
    const sealed = made.seal(key.publicKey, 'label', new Uint8Array(), new Uint8Array(4));
    const signature = made.signDigest(key, made.keccak(new Uint8Array(1)));
    const contracts = { chainId: 31337, policyManager: `0x${'11'.repeat(20)}` } as const;
    const link = made.formatLink('https://dintel.example', {
      ...contracts,
      policyId: made.keccak(new Uint8Array(2)),
      manifestId: made.keccak(new Uint8Array(3)),
      verifyingKey: key.publicKey,
      uris: ['https://example.org/a'],
      bob: undefined,
    });
    const secret = key.toSecretBytes();
    const root = keyring.toSecretBytes();
    const slow = await fresh(protocol, undefined);
    const { SecretKey } = await umbral();
    const { attempt } = await import('../../lib/protocol/evidence.ts');
    const calls: (() => unknown)[] = [
      () => slow.Keyring.fromRoot(root).receiving().publicKey,
      () => slow.openSeal(SecretKey.fromBytes(secret), 'label', new Uint8Array(), sealed),
      () => slow.recoverAddress(slow.keccak(new Uint8Array(1)), signature),
      () => slow.parseLink(link, [contracts]),
      () => attempt(() => SecretKey.fromBytes(secret).publicKey),
    ];
    for (const call of calls) expect(call).toThrow(notReady);
  });
});
