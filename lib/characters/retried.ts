/** Once more after a moment, for what passes. Owns: what passes, and how long the moment is. Owns not: what is done again. */
import { DintelError, ProtocolError } from '../protocol/errors.ts';
import type { Clock } from './clock.ts';

/** Throws what `run` throws the second time, or at once what no moment mends, ABORTED among it. */
export async function retried<T>(run: () => Promise<T>, clock: Clock, signal: AbortSignal | undefined): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof DintelError) || !error.retryable || error.code === 'ABORTED') throw error;
    const waitMs = error instanceof ProtocolError && error.retryAfter !== undefined ? error.retryAfter * 1000 : 500;
    await clock.sleep(Math.min(waitMs, 3_000), signal);
    return run();
  }
}
