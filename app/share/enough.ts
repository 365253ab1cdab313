/**
 * Waiting for nodes: asks again and again until there are enough. Owns: that patience. Owns not: what is asked (a quote), how it is told.
 */

/** Resolves when `ask` does; what it throws may pass. Throws only when it is aborted. Units: milliseconds. */
export async function untilEnough(
  ask: () => Promise<unknown>,
  { everyMs, signal }: { readonly everyMs: number; readonly signal: AbortSignal },
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const has = await ask().then(
      () => true,
      () => false,
    );
    if (has) return;
    await pause(everyMs, signal);
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
  });
