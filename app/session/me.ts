'use client';

import type { Address } from 'dintel/chain';
import { createContext, useContext, useEffect } from 'react';
import type { KeysState } from '../worker/keys';
import type { Session } from './session';

/** Who is at this browser: keys, and the account that pays, if any. */
export interface Me {
  /** There as soon as somebody has asked for it. */
  readonly session: Session | undefined;
  readonly account: Address | undefined;
  /** Whether it is known if an account is connected: false while the wallet of the last visit is asked. */
  readonly settled: boolean;
  /** A demo person's name. */
  readonly name: string | undefined;
  readonly keys: KeysState | undefined;
  /** After unlocking, locking or making keys. */
  readonly refresh: () => Promise<unknown>;
  /** Asks for the session. */
  readonly want: () => void;
}

/** Filled by `Person`, which carries wagmi; a page that reads it does not. */
export const MeContext = createContext<Me | undefined>(undefined);

/** Who is here, once it is known: for what stands in the export already. Starts nobody's worker. */
export const useMeSoon = (): Me | undefined => useContext(MeContext);

/** Who is here. Starts the person's worker when it is first used. Only inside of `Ready`. */
export function useMe(): Me {
  const me = useContext(MeContext);
  if (me === undefined) throw new Error('useMe is used outside of Ready');
  const { want } = me;
  useEffect(want, [want]);
  return me;
}
