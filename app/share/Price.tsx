'use client';

import { type ReactNode, useState } from 'react';
import { Button } from '../components/Button';
import { Card } from '../components/Card';
import { Dial } from '../components/Dial';
import { Fault } from '../components/Fault';
import { codeOf } from '../errors/sentence';
import { units18 } from '../format';
import { useText } from '../i18n/useText';
import { useAsk } from '../session/useAsk';
import { sharingTexts } from '../sharing/texts';
import type { Terms } from '../worker/sharing';
import { Enough, mayNotify } from './Enough';
import { Summary } from './Summary';

export type Quorum = Pick<Terms, 'threshold' | 'shares'>;

/** How many nodes would serve, by an error that says there are too few. */
function willingOf(error: unknown): number | undefined {
  const { data } = error as { readonly data?: unknown };
  return typeof data === 'object' && data !== null && 'willing' in data && typeof data.willing === 'number'
    ? data.willing
    : undefined;
}

/** What it would cost now, and whether it can be had; `children` is told whether it can be paid. */
export function Price({
  terms,
  startsAt,
  quorums,
  onQuorum,
  children,
}: {
  readonly terms: Terms;
  /** When it begins to open, if not at once. */
  readonly startsAt: number | undefined;
  /** What else could be chosen, fewest nodes first. */
  readonly quorums: readonly Quorum[];
  readonly onQuorum: (place: number) => void;
  readonly children: (affordable: boolean) => ReactNode;
}) {
  const t = useText(sharingTexts);
  const { data: quote, error, refetch } = useAsk('quote', terms, { everyMs: 30_000 });
  const [wanted, setWanted] = useState<{ readonly terms: Terms; readonly notifies: boolean }>();
  const willing = codeOf(error) === 'NOT_ENOUGH_NODES' ? willingOf(error) : undefined;
  return (
    <Card>
      <h2 className="mb-3 font-semibold text-lg">{t('price')}</h2>
      {wanted !== undefined && (
        <Enough
          {...wanted}
          onTake={
            wanted.terms.shares === terms.shares
              ? undefined
              : () => onQuorum(quorums.findIndex(({ shares }) => shares === wanted.terms.shares))
          }
          onStop={() => setWanted(undefined)}
        />
      )}
      {willing === undefined && (
        <dl className="grid min-h-28 grid-cols-[1fr_auto] gap-y-2 [&>dd]:pl-4">
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
      )}
      {willing === undefined ? (
        <Fault fault={error} onRetry={refetch} />
      ) : (
        <TooFew
          willing={willing}
          wanted={terms.shares}
          quorums={quorums}
          onQuorum={onQuorum}
          onTell={
            wanted?.terms.shares === terms.shares
              ? undefined
              : async () => setWanted({ terms, notifies: await mayNotify() })
          }
        />
      )}
      {quote?.affordable === false && (
        <p role="alert" className="mb-3 text-amber text-sm">
          {t('poor')}
        </p>
      )}
      <p className="mt-3 mb-4 text-pretty text-quiet text-sm">
        <Summary terms={terms} startsAt={startsAt} /> {t('prompts', { n: 1 })}
      </p>
      {children(quote?.affordable === true)}
    </Card>
  );
}

/** Fewer nodes serve that long than were asked for: how many do, and the most protection that they can give. */
function TooFew({
  willing,
  wanted,
  quorums,
  onQuorum,
  onTell,
}: {
  readonly willing: number;
  readonly wanted: number;
  readonly quorums: readonly Quorum[];
  readonly onQuorum: (place: number) => void;
  /** Wants to be told when there are enough; undefined where that was said. */
  readonly onTell: (() => unknown) | undefined;
}) {
  const t = useText(sharingTexts);
  const place = quorums.findLastIndex(({ shares }) => shares <= willing);
  const fitting = quorums[place];
  return (
    <div role="alert" data-testid="too-few" className="flex flex-col gap-4 rounded-[10px] bg-amber-wash p-4">
      <div className="flex items-center gap-4">
        <Dial shares={wanted} threshold={wanted} lit={willing} size={72} />
        <p className="text-pretty text-amber text-sm">{t('tooFew', { n: willing, wanted })}</p>
      </div>
      {fitting === undefined ? (
        <p className="text-pretty text-sm">{t('noneFits')}</p>
      ) : (
        <Button onClick={() => onQuorum(place)}>{t('takeFewer', { m: fitting.threshold, n: fitting.shares })}</Button>
      )}
      {onTell !== undefined && <Button onClick={onTell}>{t('tellMe')}</Button>}
    </div>
  );
}
