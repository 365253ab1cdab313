'use client';

import { MinerEscrow } from 'dintel/chain';
import { useState } from 'react';
import { Field } from '../components/Field';
import { Panel } from '../components/Panel';
import { useLanguage, useText } from '../i18n/useText';
import { gwei } from '../network/words';
import { useSite } from '../providers';
import { operateTexts } from './texts';
import type { Holdings } from './useNode';
import { Take } from './Withdraw';

const weiPerGwei = 10n ** 9n;

/** The least fee that the node takes, and a way to change it; what it acknowledged before stays as it was. */
export function Rate({ holdings }: { readonly holdings: Holdings }) {
  const t = useText(operateTexts);
  const [language] = useLanguage();
  const { deployment } = useSite();
  const [text, setText] = useState('');
  const wanted = /^\d{1,12}$/.test(text.trim()) ? BigInt(text.trim()) * weiPerGwei : undefined;
  return (
    <Panel title={t('rate')} note={gwei(holdings.miner.minRate, language)}>
      <div className="flex flex-wrap items-end gap-3 px-5 pt-4">
        <Field
          label={t('rateLabel')}
          inputMode="numeric"
          autoComplete="off"
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="w-44"
        />
        <Take
          text={t('rateSet')}
          disabled={wanted === undefined || wanted === holdings.miner.minRate}
          act={{
            title: t('actRate', { rate: gwei(wanted ?? 0n, language) }),
            send: (chain) => new MinerEscrow(chain, deployment.escrow).setMinRate(wanted ?? 0n),
          }}
        />
      </div>
      <p className="px-5 pt-2 pb-4 text-pretty text-quiet text-sm">{t('rateHint')}</p>
    </Panel>
  );
}
