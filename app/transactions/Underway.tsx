'use client';

import { useState } from 'react';
import { Address } from '../components/Address';
import { Button } from '../components/Button';
import { Dial } from '../components/Dial';
import { Icon } from '../components/Icon';
import { units18 } from '../format';
import { useNow } from '../hooks/useNow';
import { useLanguage, useText } from '../i18n/useText';
import { span } from '../network/words';
import { useSite } from '../providers';
import type { Stage, Tracked } from './store';
import { underwayTexts } from './texts';
import { useTracked } from './useTracked';

/** What ended before this page was opened is a matter of the list alone. */
const opened = Date.now();

/** Cards at once; the rest is in the list. */
const most = 2;

/** What needs the reader's eyes: the wallet asks, the chain is awaited, or it came to an end that nobody wanted. */
function matters({ id, stage, at, endedAt = 0 }: Tracked, closed: readonly string[]): boolean {
  if (stage === 'sign' || stage === 'sent') return true;
  // Other signers may take days: of those the list tells.
  const began = stage === 'proposed' ? at : endedAt;
  return ['proposed', 'dropped', 'replaced'].includes(stage) && began > opened && !closed.includes(id);
}

/** Cards in the corner while transactions are on their way. What takes less than a moment is not shown at all. */
export function Underway() {
  const [closed, setClosed] = useState<readonly string[]>([]);
  const list = useTracked()
    .filter((one) => matters(one, closed))
    .slice(0, most);
  if (list.length === 0) return null;
  return (
    <div
      aria-live="polite"
      className="fixed right-4 bottom-20 left-4 z-10 flex flex-col-reverse gap-3 sm:left-auto sm:w-96 md:bottom-6"
    >
      {list.map((one) => (
        <aside
          key={`${one.id}/${one.stage}`}
          data-testid="underway"
          data-stage={one.stage}
          className="late rounded-card border border-edge bg-raised p-5"
        >
          <Body one={one} onClose={() => setClosed([...closed, one.id])} />
        </aside>
      ))}
    </div>
  );
}

/** What a card speaks of. */
const told: Partial<Record<Stage, 'asks' | 'proposed' | 'dropped' | 'replaced'>> = {
  sign: 'asks',
  proposed: 'proposed',
  dropped: 'dropped',
  replaced: 'replaced',
};

function Body({ one, onClose }: { readonly one: Tracked; readonly onClose: () => void }) {
  const t = useText(underwayTexts);
  const ended = one.stage === 'dropped' || one.stage === 'replaced';
  const stage = told[one.stage] ?? 'waits';
  return (
    <div className="flex flex-col gap-3">
      <div className="flex items-start gap-3">
        {ended ? (
          <Icon name="warn" size={28} className="text-amber" />
        ) : (
          <Dial shares={5} threshold={3} marks={Array.from({ length: 5 }, () => 'asked' as const)} />
        )}
        <div className="min-w-0">
          <p
            className={`font-semibold leading-tight ${ended || stage === 'asks' || stage === 'proposed' ? 'text-amber' : 'text-teal'}`}
          >
            {t(stage)}
          </p>
          <p className="truncate text-quiet text-sm">{one.title}</p>
        </div>
      </div>
      {stage === 'asks' && <Asked one={one} />}
      {stage === 'waits' && <Sent one={one} />}
      {stage === 'proposed' && <Asked one={one} />}
      <p className="text-pretty text-quiet text-sm">{t(`${stage}Note`)}</p>
      {(ended || stage === 'proposed') && (
        <Button className="self-start" onClick={onClose}>
          {t('close')}
        </Button>
      )}
    </div>
  );
}

const contracts = ['token', 'escrow', 'policyManager', 'adjudicator', 'keyRegistry'] as const;
const row = 'grid grid-cols-[6.5rem_1fr] gap-x-3 gap-y-1 border-line border-y py-2.5 text-sm [&>dt]:text-quiet';

/** What the wallet shows, in words. */
function Asked({ one: { to, valueWei } }: { readonly one: Tracked }) {
  const t = useText(underwayTexts);
  const { deployment } = useSite();
  if (to === undefined) return null;
  const contract = contracts.find((name) => deployment[name].toLowerCase() === to.toLowerCase());
  return (
    <dl className={row}>
      <dt>{t('calls')}</dt>
      <dd>
        {t(contract ?? 'other')} <Address value={to} />
      </dd>
      <dt>{t('pays')}</dt>
      <dd>{valueWei === undefined || valueWei === '0' ? t('nothing') : `${units18(BigInt(valueWei), 6)} ETH`}</dd>
    </dl>
  );
}

function Sent({ one: { hash, at } }: { readonly one: Tracked }) {
  const t = useText(underwayTexts);
  const [language] = useLanguage();
  const now = useNow();
  return (
    <dl className={row}>
      <dt>{t('hash')}</dt>
      <dd>{hash !== undefined && <Address value={hash} />}</dd>
      <dt>{t('elapsed')}</dt>
      <dd>{span((now - at) / 1000, language)}</dd>
    </dl>
  );
}
