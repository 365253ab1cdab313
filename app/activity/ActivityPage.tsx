'use client';

import type { Hex } from 'dintel/chain';
import { type ReactNode, useState } from 'react';
import { Address } from '../components/Address';
import { Button, ButtonLink } from '../components/Button';
import { Fault } from '../components/Fault';
import { Notice } from '../components/Notice';
import { PageHead } from '../components/Page';
import { Panel } from '../components/Panel';
import { Ready } from '../components/Ready';
import { Skeleton } from '../components/Skeleton';
import { units18 } from '../format';
import { useNow } from '../hooks/useNow';
import { frameTexts } from '../i18n/frame';
import { useLanguage, useText } from '../i18n/useText';
import { clock, span } from '../network/words';
import { useSite } from '../providers';
import { StageLine } from '../transactions/StageLine';
import { forgetEnded, isOpen, type Tracked } from '../transactions/store';
import { underwayTexts } from '../transactions/texts';
import { useTracked } from '../transactions/useTracked';
import { type Argument, contractAt, decodeMessage } from './decode';
import { activityTexts } from './texts';
import { useDetails } from './useDetails';

/** After this a transaction waits for longer than usual. Milliseconds. */
const patience = 30_000;

/** All that this device asked a wallet for, decoded. */
export function ActivityPage() {
  const f = useText(frameTexts);
  const t = useText(activityTexts);
  return (
    <>
      <PageHead title={f('activity')}>{t('lead')}</PageHead>
      <Ready fallback={<Skeleton rows={6} />}>
        <List />
      </Ready>
    </>
  );
}

function List() {
  const f = useText(frameTexts);
  const t = useText(activityTexts);
  const list = useTracked();
  if (list.length === 0) {
    return (
      <Notice title={t('none')} action={<ButtonLink href="/share">{t('share')}</ButtonLink>}>
        {t('noneNote')}
      </Notice>
    );
  }
  return (
    <Panel title={f('activity')} note={String(list.length)}>
      <ol>
        {list.map((one) => (
          <Entry key={one.id} one={one} />
        ))}
      </ol>
      {!list.every(isOpen) && (
        <div className="border-line border-t px-2 py-2">
          <Button kind="quiet" onClick={forgetEnded}>
            {t('clear')}
          </Button>
        </div>
      )}
    </Panel>
  );
}

function Entry({ one }: { readonly one: Tracked }) {
  const t = useText(activityTexts);
  const [language] = useLanguage();
  const { deployment } = useSite();
  const [shown, setShown] = useState(false);
  const { title, at, endedAt, account, chainId, hash, typed } = one;
  const here = chainId === deployment.chainId;
  return (
    <li className="border-line border-b px-5 py-4 last:border-0" data-testid="acted" data-stage={one.stage}>
      <p className="flex flex-wrap items-baseline justify-between gap-x-4">
        <span className="min-w-0 font-medium">{title}</span>
        <span className="text-quiet text-sm">{clock(at / 1000, language)}</span>
      </p>
      <div className="flex flex-wrap items-baseline gap-x-3 text-sm">
        <StageLine one={one} />
        <span className="text-quiet">
          {t('by')} <Address value={account} />
          {!here && ` ${t('otherChain', { chain: chainId })}`}
          {one.stage === 'mined' &&
            endedAt !== undefined &&
            endedAt - at >= 1_000 &&
            ` · ${t('took', { time: span((endedAt - at) / 1000, language) })}`}
        </span>
      </div>
      {one.stage === 'sent' && <Hint since={at} />}
      {here && (hash !== undefined || typed !== undefined) && (
        <details className="mt-1 text-sm" open={shown} onToggle={(event) => setShown(event.currentTarget.open)}>
          <summary className="inline-flex min-h-6 items-center text-quiet underline decoration-line underline-offset-4">
            {t('details')}
          </summary>
          {shown && typed !== undefined && <Signed typed={typed} />}
          {shown && hash !== undefined && <Sent hash={hash} stage={one.stage} />}
        </details>
      )}
    </li>
  );
}

function Hint({ since }: { readonly since: number }) {
  const t = useText(activityTexts);
  return useNow() - since > patience && <p className="mt-1 text-pretty text-amber text-sm">{t('speedUp')}</p>;
}

/** A transaction as the chain has it. */
function Sent({ hash, stage }: { readonly hash: Hex; readonly stage: string }) {
  const t = useText(activityTexts);
  const u = useText(underwayTexts);
  const { data, error } = useDetails(hash, stage);
  if (error !== null) return <Fault fault={error} />;
  if (data === undefined) return <p className="py-2 text-quiet">{t('reading')}</p>;
  if (data === null) return <p className="py-2 text-quiet">{t('gone')}</p>;
  const { decoded, to, valueWei, feeWei } = data;
  const { contract, name, args } = decoded;
  const called =
    contract === undefined
      ? t(valueWei > 0n ? 'money' : 'unknown')
      : `${u(contract)}${name === undefined ? '' : ` · ${name}`}`;
  return (
    <Facts
      rows={[
        [
          t('calls'),
          <span key="called">
            <span data-testid="called">{called}</span> {to !== undefined && <Address value={to} />}
          </span>,
        ],
        [t('pays'), valueWei === 0n ? u('nothing') : `${units18(valueWei, 9)} ETH`],
        ...(feeWei === undefined ? [] : [[t('fee'), `${units18(feeWei, 9)} ETH`] as const]),
        [
          t('hash'),
          <span key="hash" className="font-mono text-xs">
            {hash}
          </span>,
        ],
      ]}
      args={args}
    />
  );
}

/** A signature: what was signed, not the signature, which would be as good as money. */
function Signed({ typed: { primaryType, contract, message } }: { readonly typed: NonNullable<Tracked['typed']> }) {
  const t = useText(activityTexts);
  const u = useText(underwayTexts);
  const { deployment } = useSite();
  const known = contractAt(deployment, contract);
  return (
    <Facts
      rows={[
        [t('signs'), primaryType],
        [
          t('forContract'),
          <span key="contract">
            {u(known ?? 'other')} <Address value={contract} />
          </span>,
        ],
      ]}
      args={decodeMessage(message)}
    />
  );
}

function Facts({
  rows,
  args,
}: {
  readonly rows: readonly (readonly [string, ReactNode])[];
  readonly args: readonly Argument[];
}) {
  const row = 'grid grid-cols-[6rem_minmax(0,1fr)] gap-x-4 sm:grid-cols-[10rem_minmax(0,1fr)]';
  return (
    <dl className="rise mt-2 flex flex-col gap-1.5 rounded-[10px] border border-line bg-sunk px-4 py-3">
      {rows.map(([name, value]) => (
        <div key={name} className={row}>
          <dt className="text-quiet">{name}</dt>
          <dd className="break-all">{value}</dd>
        </div>
      ))}
      {args.map(({ name, value }) => (
        <div key={name} className={row}>
          <dt className="break-all font-mono text-quiet text-xs leading-5">{name}</dt>
          <dd className="break-all font-mono text-xs leading-5">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
