'use client';

import Link from 'next/link';
import { useState } from 'react';
import { Address } from '../components/Address';
import { Button } from '../components/Button';
import { Card } from '../components/Card';
import { Choice } from '../components/Choice';
import { Copy } from '../components/Copy';
import { Fault } from '../components/Fault';
import { nickname } from '../components/nickname';
import { Sheet } from '../components/Sheet';
import { bytes, timeOf, units18 } from '../format';
import { useTask } from '../hooks/useTask';
import { useLanguage, useText } from '../i18n/useText';
import { useMe } from '../session/me';
import { useAsk } from '../session/useAsk';
import { sharingTexts } from '../sharing/texts';
import { durationsFor, lasting } from '../sharing/times';
import type { OwnGrant } from '../worker/sharing';

const tones = { live: 'text-teal', expired: 'text-quiet', revoked: 'text-amber' } as const;

/** One grant: what, for whom, until when, where the money is, and how to stop or extend it. */
export function GrantCard({ grant, onChange }: { readonly grant: OwnGrant; readonly onChange: () => unknown }) {
  const t = useText(sharingTexts);
  const [language] = useLanguage();
  const [asked, setAsked] = useState<'stop' | 'extend'>();
  const { files, state, whom, reader, missing } = grant;
  const named = files.map(({ name, size }) => name || bytes(size)).join(', ');
  const when = timeOf(grant.expiresAt, language);
  return (
    <Card className="flex flex-col gap-4">
      <div data-testid="grant" data-state={state} className="flex items-start justify-between gap-4">
        <div className="min-w-0">
          <h2 className="truncate font-semibold text-lg leading-tight">{named || t('unknown')}</h2>
          <p className="text-quiet text-sm">
            {missing === undefined
              ? t('toWhom', { name: whom ?? (reader === undefined ? t('somebody') : reader.slice(0, 8)) })
              : t('missing', { code: missing })}
            {grant.threshold !== undefined && ` · ${t('quorum', { m: grant.threshold, n: grant.shares })}`}
          </p>
        </div>
        <p className={`shrink-0 text-right text-sm ${tones[state]}`}>
          <span className="font-medium">{t(state)}</span>
          <span className="block text-quiet">
            {t(state === 'live' ? 'ends' : state === 'expired' ? 'ended' : 'stoppedAt', { when })}
          </span>
        </p>
      </div>
      <Money grant={grant} />
      <div className="flex flex-wrap gap-2">
        {grant.link !== undefined && <Copy text={grant.link} label={t('link')} />}
        {state === 'live' && (
          <>
            <Button onClick={() => setAsked('extend')}>{t('extend')}</Button>
            <Button kind="loss" onClick={() => setAsked('stop')}>
              {t('stop')}
            </Button>
          </>
        )}
      </div>
      {grant.nodes.length > 0 && (
        <details className="text-sm">
          <summary className="text-quiet">{t('details')}</summary>
          <dl className="mt-3 flex flex-col gap-2">
            <dt className="text-quiet">{t('nodes')}</dt>
            <dd>
              <ul className="flex flex-col gap-1">
                {grant.nodes.map((node) => (
                  <li key={node}>
                    {nickname(node)} <Address value={node} />
                  </li>
                ))}
              </ul>
            </dd>
          </dl>
          <p className="mt-3">
            <Link
              href={`/network/policies?id=${grant.policyId}`}
              className="inline-flex min-h-6 items-center underline decoration-line underline-offset-4"
            >
              {t('onChain')}
            </Link>
          </p>
          <p className="mt-1 break-all font-mono text-quiet text-xs">{grant.policyId}</p>
        </details>
      )}
      <Sheet open={asked === 'stop'} onClose={() => setAsked(undefined)} title={t('stopTitle')}>
        <Stop grant={grant} onDone={onChange} />
      </Sheet>
      <Sheet open={asked === 'extend'} onClose={() => setAsked(undefined)} title={t('extendTitle')}>
        <Extend grant={grant} onDone={onChange} />
      </Sheet>
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

function Stop({ grant, onDone }: { readonly grant: OwnGrant; readonly onDone: () => unknown }) {
  const t = useText(sharingTexts);
  const { session } = useMe();
  const task = useTask();
  const [refund, setRefund] = useState<bigint>();
  return (
    <div className="flex flex-col gap-4">
      <p className="text-pretty">
        {refund === undefined
          ? t('stopNote', { refund: units18(grant.leftWei, 6) })
          : t('stopped', { refund: units18(refund, 6) })}
      </p>
      <Fault fault={task.fault} />
      {refund === undefined && (
        <Button
          kind="loss"
          busy={task.busy}
          onClick={() =>
            task.run(async (signal) => {
              const { policyId } = grant;
              const done = await session?.call('revoke', { policyId }, { signal, title: t('stop') });
              setRefund(done?.refundWei);
              onDone();
            })
          }
        >
          {t('stop')}
        </Button>
      )}
    </div>
  );
}

function Extend({ grant, onDone }: { readonly grant: OwnGrant; readonly onDone: () => unknown }) {
  const t = useText(sharingTexts);
  const [language] = useLanguage();
  const { session } = useMe();
  const time = useAsk('chainTime', undefined);
  const task = useTask();
  const durations = durationsFor(time.data?.epochLength ?? 86_400);
  const [more, setMore] = useState<number>();
  const [paid, setPaid] = useState<bigint>();
  const chosen = more ?? durations[0] ?? 0;
  return (
    <div className="flex flex-col gap-4">
      <Choice
        label={t('extend')}
        value={chosen}
        options={durations.map((value) => ({ value, text: `+ ${lasting(value, language)}` }))}
        onChange={setMore}
      />
      <p className="text-quiet text-sm">{t('extendNote')}</p>
      {paid !== undefined && <p className="text-teal">{t('extended', { paid: units18(paid, 6) })}</p>}
      <Fault fault={task.fault} />
      <Button
        kind="primary"
        busy={task.busy}
        onClick={() =>
          task.run(async (signal) => {
            const { policyId, expiresAt } = grant;
            const until = expiresAt + chosen;
            const done = await session?.call('extend', { policyId, until }, { signal, title: t('extend') });
            setPaid(done?.paidWei);
            onDone();
          })
        }
      >
        {t('extend')} · {timeOf(grant.expiresAt + chosen, language)}
      </Button>
    </div>
  );
}
