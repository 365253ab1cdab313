'use client';

import { useCallback, useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();

/** The storage of this browser, or undefined where it is forbidden. */
const storage = (): Storage | undefined => {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
};

/**
 * A choice that stays on this device, shared by every part of the page and by other tabs. `read` makes sense of what is stored (null
 * for nothing); `first` is what the exported page was made with. Nothing secret may be kept so.
 */
export function useStored<T extends string>(
  key: string,
  read: (stored: string | null) => T,
  first: T,
): readonly [T, (value: T) => void] {
  const value = useSyncExternalStore(
    subscribe,
    () => read(storage()?.getItem(key) ?? null),
    () => first,
  );
  const set = useCallback(
    (next: T) => {
      storage()?.setItem(key, next);
      for (const listener of listeners) listener();
    },
    [key],
  );
  return [value, set];
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}
