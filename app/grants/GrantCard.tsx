'use client';

import Link from 'next/link';
import { Card } from '../components/Card';
import { Copy } from '../components/Copy';
import { units18 } from '../format';
import { useLanguage, useText } from '../i18n/useText';
import { sharingTexts } from '../sharing/texts';
import type { OwnGrant } from '../worker/sharing';
import { GrantActs } from './GrantActs';
import { namesOf, stateOf, tones, whenOf, whomOf } from './words';

/** One grant: what, for whom, until when, where the money is, and how to stop or extend it. Its name leads to its page. */
export function GrantCard({ grant, onChange }: { readonly grant: OwnGrant; readonly onChange: () => unknown }) {
  const t = useText(sharingTexts);
  const [language] = useLanguage();
  const { state, missing, threshold, shares, link } = grant;
  return (
    <Card className="flex flex-col gap-4">
      <div data-testid="grant" data-state={state} className="flex items-start justify-between gap-4">
        <div className="min-w-0">
          <h2 className="truncate font-semibold text-lg leading-tight">
            <Link
              href={`/grants/grant?id=${grant.policyId}`}
              className="underline decoration-line underline-offset-4 hover:decoration-teal"
            >
              {namesOf(grant) || t('unknown')}
            </Link>
          </h2>
          <p className="text-quiet text-sm">
            {missing === undefined ? whomOf(grant, t) : t('missing', { code: missing })}
            {threshold !== undefined && ` · ${t('quorum', { m: threshold, n: shares })}`}
          </p>
        </div>
        <p className={`shrink-0 text-right text-sm ${tones[state]}`}>
          <span className="font-medium">{stateOf(grant, t)}</span>
          <span className="block text-quiet">{whenOf(grant, language, t)}</span>
        </p>
      </div>
      <Money grant={grant} />
      <div className="flex flex-wrap gap-2 not-has-[>:is(a,button)]:contents">
        {link !== undefined && <Copy text={link} label={t('link')} />}
        <GrantActs grant={grant} onChange={onChange} />
      </div>
    </Card>
  );
}

/** Where the money is: one bar and its words. Of what was stopped, what came back instead of what is still held. */
function Money({ grant: { state, paidWei, leftWei, refundWei } }: { readonly grant: OwnGrant }) {
  const t = useText(sharingTexts);
  const back = state === 'revoked' ? refundWei : undefined;
  const earned = paidWei - leftWei - (back ?? 0n);
  const part = (wei: bigint) => (paidWei === 0n ? 0 : Number((wei * 1_000n) / paidWei) / 10);
  const figures: readonly (readonly [string, bigint])[] = [
    [t('paid'), paidWei],
    back === undefined ? [t('left'), leftWei] : [t('cameBack'), back],
    [t(back === undefined ? 'earned' : 'earnedAlone'), earned],
  ];
  return (
    <div data-testid="money">
      <svg viewBox="0 0 100 3" preserveAspectRatio="none" className="h-2 w-full rounded-full" aria-hidden="true">
        <path d="M0 0h100v3h-100z" className="fill-line" />
        <path d={`M0 0h${part(earned)}v3H0z`} className="fill-teal" />
        {back !== undefined && <path d={`M${100 - part(back)} 0H100v3H${100 - part(back)}z`} className="fill-edge" />}
      </svg>
      <dl className="mt-2 grid grid-cols-3 gap-2 text-sm">
        {figures.map(([name, wei]) => (
          <div key={name}>
            <dt className="text-quiet text-xs">{name}</dt>
            <dd>{units18(wei, 6)} ETH</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
