'use client';

import { useQuery } from '@tanstack/react-query';
import { viemReader } from 'dintel/chain/viem';
import { useState } from 'react';
import { Button } from '../components/Button';
import { nickname } from '../components/nickname';
import { sentenceOfError } from '../errors/sentence';
import { useLanguage, useText } from '../i18n/useText';
import { useSite } from '../providers';
import type { Conviction } from './convictions';
import type { Chronicle } from './facts';
import { networkTexts } from './texts';
import { NodeLink, PolicyLink } from './Who';
import { amount, fromNow } from './words';

/** Penalties, each with its evidence, which this page can judge again. */
export function Penalties({
  chronicle,
  convictions,
}: {
  readonly chronicle: Chronicle;
  readonly convictions: readonly Conviction[];
}) {
  const t = useText(networkTexts);
  const [language] = useLanguage();
  return (
    <ol>
      {convictions.map((one) => (
        <li key={one.key} className="border-line border-b px-5 py-4 last:border-0" data-testid="penalty">
          <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <NodeLink address={one.node} />
            <span>{t(`offence.${one.offence}`)}</span>
            <span className="text-brick">{t('lost', { amount: amount(one.penalty, language, 2) })}</span>
          </p>
          <p className="mt-1 flex flex-wrap items-center gap-x-3 text-quiet text-sm">
            <span>{fromNow(one.time, chronicle.timestamp, language)}</span>
            {one.reward > 0n && (
              <span>{t('told', { amount: amount(one.reward, language, 2), who: nickname(one.reporter) })}</span>
            )}
            {one.policyId !== undefined && <PolicyLink id={one.policyId} />}
          </p>
          {one.verdict !== undefined && <Again chronicle={chronicle} conviction={one} />}
        </li>
      ))}
    </ol>
  );
}

/** The button that fetches the evidence and judges it here, and what came of it. */
function Again({ chronicle, conviction }: { readonly chronicle: Chronicle; readonly conviction: Conviction }) {
  const t = useText(networkTexts);
  const [language] = useLanguage();
  const { rpcUrl, deployment } = useSite();
  const [asked, setAsked] = useState(false);
  const { rules } = chronicle;
  const { data, error, isFetching } = useQuery({
    queryKey: ['evidence', conviction.transaction],
    enabled: asked,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      // The arithmetic comes with the first who wants it.
      const { inputByRpc, judgeAgain } = await import('./evidence');
      const reader = await viemReader({ rpcUrl });
      return (await judgeAgain(reader, inputByRpc(rpcUrl), { deployment, rules, conviction })) ?? null;
    },
  });
  if (data === undefined && error === null) {
    return (
      <Button className="mt-3" busy={isFetching} onClick={() => setAsked(true)}>
        {t(isFetching ? 'verifying' : 'verify')}
      </Button>
    );
  }
  if (error !== null) return <p className="mt-3 text-amber text-sm">{sentenceOfError(error, language)}</p>;
  if (data === null || data === undefined) return <p className="mt-3 text-amber text-sm">{t('unreadable')}</p>;
  const { judgement, evidence, ms } = data;
  const why =
    'verdict' in judgement ? t(`verdict.${judgement.verdict}`) : t('refused.other', { why: judgement.refused });
  const agrees = 'verdict' in judgement && judgement.verdict === conviction.verdict;
  return (
    <div
      className={`rise mt-3 rounded-lg border px-4 py-3 text-sm ${agrees ? 'border-teal bg-teal-wash' : 'border-brick bg-brick-wash'}`}
      role="status"
      data-testid="rejudged"
    >
      <p className={agrees ? 'text-teal' : 'text-brick'}>{t(agrees ? 'verified' : 'disagrees', { why })}</p>
      <p className="mt-1 text-quiet">{t('signedBy', { epoch: evidence.epoch, ms: Math.max(1, Math.round(ms)) })}</p>
    </div>
  );
}
