'use client';

import { MinerEscrow } from 'dintel/chain';
import { useState } from 'react';
import { Button } from '../components/Button';
import { Field } from '../components/Field';
import { Panel } from '../components/Panel';
import { useLanguage, useText } from '../i18n/useText';
import type { Chronicle } from '../network/facts';
import { amount, clock, fromNow, span } from '../network/words';
import { useSite } from '../providers';
import { operateTexts } from './texts';
import { parseTokens } from './tokens';
import { openUnbonding, readyEpochOf, type Unbonding, unbondingsOf } from './unbonding';
import type { Holdings } from './useNode';
import { Take } from './Withdraw';

/** Taking stake back: what is on its way, or the asking for it; and what was asked before. */
export function Leaving({ chronicle, holdings }: { readonly chronicle: Chronicle; readonly holdings: Holdings }) {
  const t = useText(operateTexts);
  const [language] = useLanguage();
  const all = unbondingsOf(chronicle, holdings.account);
  const open = openUnbonding(all);
  const { epoch, rules, timestamp } = chronicle;
  const wait = (whole: boolean) =>
    readyEpochOf({ whole, epoch, availableUntil: holdings.miner.availableUntil }, rules) * rules.epochLength;
  const past = all.filter(({ end }) => end !== undefined).reverse();
  return (
    <Panel
      title={t('leaving')}
      note={
        open === undefined
          ? t('leavingNote', { part: span(wait(false) - timestamp, language), all: clock(wait(true), language) })
          : undefined
      }
    >
      {open === undefined ? (
        <Ask chronicle={chronicle} holdings={holdings} />
      ) : (
        <Progress unbonding={open} now={timestamp} />
      )}
      {past.length > 0 && (
        <div className="border-line border-t px-5 py-4 text-sm">
          <h3 className="text-quiet">{t('earlier')}</h3>
          <ul className="mt-1">
            {past.map((one) => (
              <li key={one.askedAt}>
                {t('asked', { amount: amount(one.amount, language, 0) })},{' '}
                {one.end !== undefined && t(`end.${one.end.how}`, { when: fromNow(one.end.at, timestamp, language) })}
              </li>
            ))}
          </ul>
        </div>
      )}
    </Panel>
  );
}

function Ask({ chronicle, holdings }: { readonly chronicle: Chronicle; readonly holdings: Holdings }) {
  const t = useText(operateTexts);
  const [language] = useLanguage();
  const { deployment } = useSite();
  const [text, setText] = useState('');
  const { stake } = holdings.miner;
  const { minStake } = chronicle.rules;
  const wanted = parseTokens(text);
  const rest = stake - (wanted ?? 0n);
  const problem =
    wanted === undefined
      ? undefined
      : rest < 0n
        ? t('tooMuch', { amount: amount(stake, language, 2) })
        : rest > 0n && rest < minStake
          ? t('tooLittleLeft', { amount: amount(minStake, language, 0) })
          : undefined;
  const ready = wanted !== undefined && wanted > 0n && problem === undefined;
  return (
    <div className="flex flex-col gap-4 px-5 py-4">
      <div className="flex flex-wrap items-end gap-3">
        <Field
          label={t('howMuch')}
          inputMode="decimal"
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="w-44"
        />
        <Button onClick={() => setText(plain(stake))}>{t('askAll')}</Button>
        <Take
          kind="loss"
          text={t('askBack')}
          disabled={!ready}
          act={{
            title: t('actAsk', { amount: amount(wanted ?? 0n, language, 2) }),
            send: (chain) => new MinerEscrow(chain, deployment.escrow).requestUnbond(wanted ?? 0n),
          }}
        />
      </div>
      {problem !== undefined && <p className="text-amber text-sm">{problem}</p>}
      {ready && rest === 0n && <p className="text-amber text-sm">{t('warnAll')}</p>}
    </div>
  );
}

const plain = (value: bigint): string => `${value / 10n ** 18n}`;

/** The time between asking and freedom as a line, with the present on it. */
function Progress({ unbonding, now }: { readonly unbonding: Unbonding; readonly now: number }) {
  const t = useText(operateTexts);
  const [language] = useLanguage();
  const { deployment } = useSite();
  const { askedAt, readyAt, amount: value } = unbonding;
  const tokens = amount(value, language, 2);
  const free = now >= readyAt;
  const share = Math.min(1, Math.max(0, (now - askedAt) / Math.max(1, readyAt - askedAt)));
  return (
    <div className="px-5 py-5" data-testid="unbonding">
      <p className="flex flex-wrap items-baseline justify-between gap-x-4">
        <span className="font-semibold">{t('asked', { amount: tokens })}</span>
        <span className={free ? 'text-teal' : 'text-quiet'}>
          {free ? t('freeNow') : t('freeIn', { time: span(readyAt - now, language) })}
        </span>
      </p>
      <svg
        role="img"
        aria-label={t('progressTitle', { asked: clock(askedAt, language), free: clock(readyAt, language) })}
        viewBox="0 0 100 8"
        preserveAspectRatio="none"
        className="mt-4 block h-3 w-full"
      >
        <rect y="3" width="100" height="2" className="fill-line" />
        <rect y="3" width={share * 100} height="2" className="fill-teal" />
        <rect x={Math.min(99.2, share * 100)} width="0.8" height="8" className="fill-ink" />
      </svg>
      <p className="mt-2 flex justify-between text-quiet text-sm">
        <span>
          {t('askedAt')} {clock(askedAt, language)}
        </span>
        <span className="text-right">
          {t('freeAt')} {clock(readyAt, language)}
        </span>
      </p>
      <div className="mt-4 flex flex-wrap gap-3">
        {free && (
          <Take
            kind="primary"
            text={t('takeStake', { amount: tokens })}
            act={{
              title: t('actTake', { amount: tokens }),
              send: (chain) => new MinerEscrow(chain, deployment.escrow).withdrawStake(chain.account),
            }}
          />
        )}
        <Take
          text={t('cancel')}
          act={{
            title: t('actCancel'),
            send: (chain) => new MinerEscrow(chain, deployment.escrow).cancelUnbond(),
          }}
        />
      </div>
    </div>
  );
}
