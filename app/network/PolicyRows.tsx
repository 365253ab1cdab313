'use client';

import { Address } from '../components/Address';
import { useLanguage, useText } from '../i18n/useText';
import { leftOf, type PolicyRow, phaseOf } from './policies';
import { networkTexts } from './texts';
import { PolicyLink } from './Who';
import { amount, fromNow, gwei } from './words';

/** Policies as rows: who pays, where the money is, how long. */
export function PolicyRows({ policies, now }: { readonly policies: readonly PolicyRow[]; readonly now: number }) {
  const t = useText(networkTexts);
  const [language] = useLanguage();
  return (
    <ul>
      {policies.map((policy) => (
        <li
          key={policy.id}
          className="grid gap-x-6 gap-y-2 border-line border-b px-5 py-3 text-sm last:border-0 sm:grid-cols-[1fr_auto] sm:items-center"
          data-testid="policy"
        >
          <span>
            <PolicyLink id={policy.id} /> <span className="text-quiet">{t('by')}</span> <Address value={policy.owner} />
            <span className="block text-quiet">
              {t('shares', { n: policy.shares, rate: gwei(policy.rateWei, language) })}
            </span>
          </span>
          <span className="sm:w-64">
            <Phase policy={policy} now={now} />
            <Flow policy={policy} />
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Live, ended or revoked, and when. */
export function Phase({ policy, now }: { readonly policy: PolicyRow; readonly now: number }) {
  const t = useText(networkTexts);
  const [language] = useLanguage();
  const phase = phaseOf(policy, now);
  const colour = { live: 'text-teal', ended: 'text-quiet', revoked: 'text-amber' }[phase];
  return <span className={colour}>{t(`phase.${phase}`, { when: fromNow(policy.expiresAt, now, language) })}</span>;
}

/** Where what was paid in is now, as one bar: earned, not settled, come back. */
export function Flow({ policy }: { readonly policy: PolicyRow }) {
  const t = useText(networkTexts);
  const [language] = useLanguage();
  const share = (wei: bigint) => (policy.paidWei === 0n ? 0 : (Number(wei) / Number(policy.paidWei)) * 100);
  const [earned, left] = [share(policy.earnedWei), share(leftOf(policy))];
  const ether = (wei: bigint) => `${amount(wei, language, 5)} ETH`;
  return (
    <svg
      role="img"
      aria-label={t('flow', {
        earned: ether(policy.earnedWei),
        left: ether(leftOf(policy)),
        returned: ether(policy.returnedWei),
      })}
      viewBox="0 0 100 4"
      preserveAspectRatio="none"
      className="mt-1.5 block h-1.5 w-full overflow-hidden rounded-full"
    >
      <rect width="100" height="4" className="fill-line" />
      <rect width={earned + left} height="4" className="fill-edge" />
      <rect width={earned} height="4" className="fill-teal" />
    </svg>
  );
}
