/** A vault without the half second that a password costs, and its refusals. Not a test by itself. */
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import {
  type IdleClock,
  MemoryVaultStore,
  type NewSlot,
  type Stretch,
  Vault,
  type VaultOptions,
} from '../../lib/keys/index.ts';
import { DintelError } from '../../lib/protocol/errors.ts';
import { fromHex } from '../../lib/protocol/hex.ts';

export const password = 'correct horse battery staple';

/** As good as scrypt for everything but guessing. */
export const quickStretch: Stretch = async (word, { salt, n, r, p }) =>
  hkdf(sha256, word, fromHex(`0x${salt}`), new TextEncoder().encode(`${n}/${r}/${p}`), 32);

export async function newVault(
  slots: readonly NewSlot[] = [{ type: 'password', password }],
  options: Partial<VaultOptions> & { readonly phrases?: readonly string[] } = {},
): Promise<Vault> {
  return Vault.create({ store: new MemoryVaultStore(), stretch: quickStretch, slots, ...options });
}

/** The code that `work` refuses with; `accepted` if it does not. */
export async function refusal(work: () => unknown): Promise<string> {
  try {
    await work();
    return 'accepted';
  } catch (error) {
    if (error instanceof DintelError) return error.code;
    throw error;
  }
}

/** Time that passes when it is told to. */
export function handClock(): IdleClock & { pass(ms: number): void; sleepThrough(ms: number): void } {
  let now = 1_800_000_000_000;
  let timers: { at: number; act: () => void }[] = [];
  return {
    now: () => now,
    later: (ms, act) => {
      const timer = { at: now + ms, act };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    pass(ms) {
      now += ms;
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { act } of due) act();
    },
    sleepThrough(ms) {
      now += ms;
    },
  };
}
