/** Several streams of results as one. Owns: that. Owns not: what is in them. */

/**
 * Runs `run` on up to `width` items at once and yields what each yields, as it comes. The first error ends it, and so does a
 * consumer who stops: then the signal that `run` was given aborts, and all are waited for.
 */
export async function* mergeLimited<I, T>(
  items: readonly I[],
  width: number,
  run: (item: I, index: number, signal: AbortSignal) => AsyncIterable<T>,
): AsyncGenerator<T, void, void> {
  const stop = new AbortController();
  const ready: T[] = [];
  let failure: { readonly error: unknown } | undefined;
  let next = 0;
  let wake: () => void = () => undefined;
  const worker = async () => {
    while (next < items.length && !stop.signal.aborted) {
      const index = next++;
      for await (const result of run(items[index] as I, index, stop.signal)) {
        ready.push(result);
        wake();
      }
    }
  };
  let open = Math.min(width, items.length);
  const workers = Array.from({ length: open }, () =>
    worker()
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => {
        open--;
        wake();
      }),
  );
  try {
    for (;;) {
      while (ready.length > 0) yield ready.shift() as T;
      if (failure) throw failure.error;
      if (open === 0) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (ready.length > 0 || failure || open === 0) resolve();
      });
    }
  } finally {
    stop.abort();
    await Promise.all(workers);
  }
}
