'use client';

import type { ReactNode } from 'react';
import { Card } from '../components/Card';
import { Fault } from '../components/Fault';
import { timeOf, units18 } from '../format';
import { useLanguage, useText } from '../i18n/useText';
import { useAsk } from '../session/useAsk';
import { sharingTexts } from '../sharing/texts';
import type { Terms } from '../worker/sharing';

/** What it would cost now, and whether it can be had; `children` is told whether it can be paid. */
export function Price({
  terms,
  children,
}: {
  readonly terms: Terms;
  readonly children: (affordable: boolean) => ReactNode;
}) {
  const t = useText(sharingTexts);
  const [language] = useLanguage();
  const { data: quote, error } = useAsk('quote', terms);
  return (
    <Card>
      <h2 className="mb-3 font-semibold text-lg">{t('price')}</h2>
      <dl className="grid min-h-28 grid-cols-[1fr_auto] gap-x-4 gap-y-2">
        {quote !== undefined && (
          <>
            <dt className="text-quiet text-sm">
              {t('priceNote', { n: terms.shares, epochs: quote.epochs, rate: `${units18(quote.rateWei, 9)} ETH` })}
            </dt>
            <dd className="text-right">{units18(quote.depositWei, 6)} ETH</dd>
            <dt className="text-quiet text-sm">{t('gas')}</dt>
            <dd className="text-right">{units18(quote.gas * quote.gasPriceWei, 6)} ETH</dd>
            <dt className="border-line border-t pt-2">
              {t('total')}
              <span className="block text-quiet text-sm">{t('balance', { balance: units18(quote.balanceWei) })}</span>
            </dt>
            <dd className="border-line border-t pt-2 text-right font-semibold" data-testid="price">
              {units18(quote.totalWei, 6)} ETH
            </dd>
          </>
        )}
      </dl>
      <Fault fault={error} />
      {quote?.affordable === false && (
        <p role="alert" className="mb-3 text-amber text-sm">
          {t('poor')}
        </p>
      )}
      <p className="mt-3 mb-4 text-pretty text-quiet text-sm">
        {t('summary', { m: terms.threshold, n: terms.shares, until: timeOf(terms.until, language) })}{' '}
        {t('prompts', { n: 1 })}
      </p>
      {children(quote?.affordable === true)}
    </Card>
  );
}
