'use client';

import { useEffect, useState } from 'react';
import { useLanguage } from '../i18n/useText';
import { useSite } from '../providers';
import { personaWallet } from '../wallet/persona';
import { Session } from './session';

/** One of the demo's people with a worker of her own, as long as `present` and the component is there. */
export function usePersona(name: string, present: boolean): Session | undefined {
  const site = useSite();
  const [language] = useLanguage();
  const [session, setSession] = useState<Session>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of language is no reason to end a person.
  useEffect(() => {
    const persona = site.personas?.find((one) => one.name === name);
    if (!present || persona?.seed === undefined) return;
    const { address, seed } = persona;
    const wallet = personaWallet(site.rpcUrl, address);
    const begun = new Session({ site, keys: { seed }, name, account: address, wallet, language });
    setSession(begun);
    return () => {
      begun.end();
      setSession(undefined);
    };
  }, [site, name, present]);
  return session;
}
