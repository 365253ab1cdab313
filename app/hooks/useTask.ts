'use client';

import { useCallback, useEffect, useRef, useState } from 'react';
import { codeOf } from '../errors/sentence';

/** Something that takes a while and may fail: the one wrapper, so that nothing spins for ever. */
export interface Task {
  readonly busy: boolean;
  /** What the last run threw; gone when the next begins. An abort is no fault. */
  readonly fault: unknown;
  /** Runs it, and never throws: resolves with its result, or with undefined when it failed. */
  run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined>;
  stop(): void;
  clear(): void;
}

export function useTask(): Task {
  const [state, setState] = useState<{ readonly busy: boolean; readonly fault: unknown }>({
    busy: false,
    fault: undefined,
  });
  const controller = useRef<AbortController>(undefined);
  useEffect(() => () => controller.current?.abort(), []);
  const run = useCallback(async <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> => {
    controller.current?.abort();
    const own = new AbortController();
    controller.current = own;
    setState({ busy: true, fault: undefined });
    try {
      const result = await work(own.signal);
      if (!own.signal.aborted) setState({ busy: false, fault: undefined });
      return result;
    } catch (error) {
      if (controller.current === own) setState({ busy: false, fault: codeOf(error) === 'ABORTED' ? undefined : error });
      return undefined;
    }
  }, []);
  const stop = useCallback(() => {
    controller.current?.abort();
    setState({ busy: false, fault: undefined });
  }, []);
  const clear = useCallback(() => setState((before) => ({ ...before, fault: undefined })), []);
  return { ...state, run, stop, clear };
}
