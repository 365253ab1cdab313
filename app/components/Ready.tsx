'use client';

import type { ReactNode } from 'react';
import { frameTexts } from '../i18n/frame';
import { useText } from '../i18n/useText';
import { useSiteState } from '../providers';
import { Button } from './Button';
import { Notice } from './Notice';

/**
 * Shows its children once the network is known, `fallback` until then, and why not when there is none. `early`: the children are their
 * own fallback, and stay as they are when the network comes. `quiet`: another place of the page says why there is none.
 */
export function Ready({
  children,
  fallback,
  early = false,
  quiet = false,
}: {
  readonly children: ReactNode;
  readonly fallback?: ReactNode;
  readonly early?: boolean;
  readonly quiet?: boolean;
}) {
  const site = useSiteState();
  if (site === undefined) return early ? children : fallback;
  if (typeof site === 'string') return quiet ? null : <NoNetwork why={site} />;
  return children;
}

/** The page stands alone: what it needs beside itself did not come. */
function NoNetwork({ why }: { readonly why: string }) {
  const t = useText(frameTexts);
  return (
    <div data-testid="no-network">
      <Notice
        title={t('noNetwork')}
        tone="attention"
        action={
          <Button kind="primary" onClick={() => location.reload()}>
            {t('reload')}
          </Button>
        }
      >
        <p>{t('noNetworkNote')}</p>
        <p className="mt-2 font-mono text-xs">{why}</p>
      </Notice>
    </div>
  );
}
