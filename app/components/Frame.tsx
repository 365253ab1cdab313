'use client';

import { type ReactNode, useEffect, useState } from 'react';
import { useTitle } from '../hooks/useTitle';
import { frameTexts } from '../i18n/frame';
import { useText } from '../i18n/useText';
import { isFramed } from '../standing/framed';
import { Live } from '../standing/Live';
import { Foot, Header } from './Header';

/** What stands around every page. */
export function Frame({ children }: { readonly children: ReactNode }) {
  const t = useText(frameTexts);
  const [framed, setFramed] = useState(false);
  useEffect(() => setFramed(isFramed()), []);
  useTitle();
  return (
    <>
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-3 focus:left-3 focus:z-30 focus:rounded-lg focus:bg-raised focus:px-4 focus:py-3"
      >
        {t('skip')}
      </a>
      <Header />
      <Live />
      <main
        id="content"
        tabIndex={-1}
        className="mx-auto min-h-[calc(100dvh-4rem)] max-w-6xl px-4 pt-8 pb-12 outline-none sm:px-6"
      >
        {framed ? (
          <p role="alert" className="text-amber">
            {t('framed')}{' '}
            <a href={location.href} target="_top" className="underline underline-offset-4">
              {t('unframe')}
            </a>
          </p>
        ) : (
          children
        )}
      </main>
      <footer className="mx-auto max-w-6xl px-4 pb-24 text-quiet text-sm sm:px-6 md:pb-8">{t('foot')}</footer>
      <Foot />
    </>
  );
}
