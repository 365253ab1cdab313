/**
 * Locking by hand holds for every tab of this browser: whoever locks goes away from all of them. Unlocking does not, and neither does a
 * tab that locks itself because nobody was there: somebody may be in another.
 *
 * Owns: the word between tabs, which names a vault and nothing else. Owns not: locking (the worker's vault).
 */

/** Hears when the keys of this vault are locked in another tab. `tell`: they are locked here; `end` stops both. */
export function sharedLock(vault: string, hear: () => void): { readonly tell: () => void; readonly end: () => void } {
  const channel = new BroadcastChannel('dintel.lock');
  channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (data === vault) hear();
  });
  return { tell: () => channel.postMessage(vault), end: () => channel.close() };
}
