/**
 * Whether this browser keeps what lies in it, keys before all, until its owner erases it. By default it may clear them away: for room,
 * or after weeks (Safari: seven days) without a visit. Owns: asking. Source: WHATWG Storage, section 5.
 */
import { useCallback, useEffect, useState } from 'react';

/** Asks the browser to keep it; some ask the reader. False if it does not say so. Windows only: workers may not ask. */
export async function askToKeep(): Promise<boolean> {
  return (await navigator.storage?.persist?.().catch(() => false)) ?? false;
}

/** Whether it was promised, undefined until that is known, and a way to ask. */
export function useKept(): readonly [boolean | undefined, () => Promise<void>] {
  const [kept, setKept] = useState<boolean>();
  useEffect(() => {
    const look = async () => (await navigator.storage?.persisted?.()) ?? false;
    look().then(setKept, () => setKept(false));
  }, []);
  const ask = useCallback(async () => setKept(await askToKeep()), []);
  return [kept, ask];
}
