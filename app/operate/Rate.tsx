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
      <div className="flex flex-wrap items-end gap-3 px-5 py-4">
        <Field
          label={t('rateLabel')}
          hint={t('rateHint')}
          inputMode="numeric"
          autoComplete="off"
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="min-w-0 grow basis-40"
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
    </Panel>
  );
}
