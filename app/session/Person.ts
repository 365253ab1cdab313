'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useLayoutEffect, useState } from 'react';
import { useConfig, useConnection } from 'wagmi';
import { getWalletClient } from 'wagmi/actions';
import { useLanguage } from '../i18n/useText';
import type { SiteConfig } from '../siteConfig';
import { personaPrefix, personaWallet } from '../wallet/persona';
import type { Me } from './me';
import { Session } from './session';

export interface PersonProps {
  readonly site: SiteConfig;
  /** Hears who it is: at once, and whenever that changes. */
  readonly onMe: (me: Me) => void;
}

/** Keeps the person across pages: a demo person by her seed, everybody else by the vault of this browser. Shows nothing. */
export function Person({ site, onMe }: PersonProps): undefined {
  const config = useConfig();
  const queries = useQueryClient();
  const [language] = useLanguage();
  const connection = useConnection();
  const [wanted, setWanted] = useState(false);
  const [session, setSession] = useState<Session>();
  /** How often the keys were locked: each time another, locked session takes the place of the one that ended. */
  const [locks, setLocks] = useState(0);
  const settled = connection.status === 'connected' || connection.status === 'disconnected';
  const account = connection.status === 'connected' ? connection.address : undefined;
  const connector = connection.status === 'connected' ? connection.connector.id : undefined;
  const persona =
    process.env.NEXT_PUBLIC_FLAVOUR === 'local' && connector?.startsWith(personaPrefix)
      ? site.personas?.find(({ name }) => connector === `${personaPrefix}${name}`)
      : undefined;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of language is no reason to end a person.
  useEffect(() => {
    if (!wanted || !settled) return;
    const wallet =
      account === undefined
        ? undefined
        : process.env.NEXT_PUBLIC_FLAVOUR === 'local' && persona !== undefined
          ? personaWallet(site.rpcUrl, account)
          : { request: async (ask: never) => (await getWalletClient(config)).request(ask) as Promise<unknown> };
    const keys = persona?.seed === undefined ? { vault: 'default' } : { seed: persona.seed };
    const onLock = () => setLocks((before) => before + 1);
    const begun = new Session({ site, keys, name: persona?.name, account, wallet, language, onLock });
    setSession(begun);
    return () => {
      begun.end();
      setSession(undefined);
      queries.removeQueries({ queryKey: ['me'] });
    };
  }, [wanted, settled, site, config, account, persona, queries, locks]);

  const keys = useQuery({
    queryKey: ['me', 'keys', session?.id],
    queryFn: () => session?.call('keysState', undefined),
    enabled: session !== undefined,
    refetchInterval: 30_000,
  });
  const { refetch } = keys;
  const want = useCallback(() => setWanted(true), []);
  const name = persona?.name;
  useLayoutEffect(
    () => onMe({ session, account, settled, name, keys: keys.data, refresh: refetch, want }),
    [onMe, session, account, settled, name, keys.data, refetch, want],
  );
}
