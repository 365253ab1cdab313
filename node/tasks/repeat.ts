/** A task that runs again and again, never twice at once, until it is stopped. Owns: the timer. */
export interface Repeating {
  /** Resolves when the run in progress, if any, has ended. */
  stop(): Promise<void>;
}

/** Run at once and then `pauseMs` after each end. `work` must not throw for what it can foresee; `onError` hears the rest. */
export function repeat(work: () => Promise<void>, pauseMs: number, onError: (error: unknown) => void): Repeating {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  const turn = (): void => {
    running = work()
      .catch(onError)
      .then(() => {
        if (!stopped) timer = setTimeout(turn, pauseMs);
      });
  };
  turn();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
