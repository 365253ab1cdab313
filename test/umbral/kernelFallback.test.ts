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

describe('with', () => {
  for (const [name, platform] of Object.entries(platforms)) {
    it(`${name}: noble, and it opens what the kernel encrypted`, async () => {
      vi.resetModules();
      const fast = await import('../../lib/umbral/index.ts');
      expect(fast.engine()).toBe('wasm');
      const secret = fast.SecretKey.random();
      const { capsule, ciphertext } = fast.encrypt(secret.publicKey, text('lintel'));
      vi.resetModules();
      vi.stubGlobal('WebAssembly', platform);
      const slow = await import('../../lib/umbral/index.ts');
      expect(slow.engine()).toBe('noble');
      const key = slow.SecretKey.fromBytes(secret.toSecretBytes());
      expect(slow.decryptOriginal(key, slow.Capsule.fromBytes(capsule.toBytes()), ciphertext)).toEqual(text('lintel'));
    });
  }
});
