/**
 * Failures of a door that were its caller's mistake: options of another shape than the door takes, in plain JavaScript, end somewhere inside
 * with an exception of whoever met them first. Owns: when the options are looked at: only once something failed, so that nobody who calls
 * rightly loads or runs a check. Owns not: the shapes (`mistakes.ts`), checks of what would not fail (each door).
 */
import type { Door } from './mistakes.ts';

/** What to throw in place of `error`: the mistake in the options if there is one, as E_FIELD with the option's name. */
export async function explained(door: Door, options: unknown, error: unknown): Promise<unknown> {
  try {
    const { mistakeIn } = await import('./later.ts');
    return mistakeIn(door, options) ?? error;
  } catch {
    // The rest of the library cannot be loaded now.
    return error;
  }
}

/** Does what a door is for. */
export async function attempt<T>(door: Door, options: unknown, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw await explained(door, options, error);
  }
}
