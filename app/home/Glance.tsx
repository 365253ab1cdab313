'use client';

import Link from 'next/link';
import type { ReactNode } from 'react';
import { ButtonLink } from '../components/Button';
import { Fault } from '../components/Fault';
import { Icon } from '../components/Icon';
import { nickname } from '../components/nickname';
import { PageHead } from '../components/Page';
import { Panel } from '../components/Panel';
import { Skeleton } from '../components/Skeleton';
import { bytes, timeOf } from '../format';
import { useLanguage, useText } from '../i18n/useText';
import { amount } from '../network/words';
import { useHoldings } from '../operate/useNode';
import { useMe } from '../session/me';
import { useAsk } from '../session/useAsk';
import { sharingTexts } from '../sharing/texts';
import { glanceTexts } from './texts';

/** How many lines each of the cards has. */
const most = 3;

/** My last files, my inbox, my node if I have one: each leads to its page. */
export function Glance() {
  const t = useText(glanceTexts);
  const { account = '', name, keys } = useMe();
  const closed = keys?.state === 'locked' || keys?.state === 'none';
  return (
    <section>
      <PageHead
        title={t('hello', { name: name ?? nickname(account) })}
        action={
          <>
            <ButtonLink href="/share" kind="primary">
              {t('share')}
            </ButtonLink>
            <ButtonLink href="/start">{t('story')}</ButtonLink>
          </>
        }
      >
        {t('lead')}
      </PageHead>
      <div className="grid grid-cols-1 items-stretch gap-4 [&>section]:min-h-44 md:grid-cols-2 lg:grid-flow-col lg:grid-cols-none lg:auto-cols-fr">
        {closed ? (
          <Panel title={t(keys.state === 'locked' ? 'locked' : 'noKeys')}>
            <div className="flex flex-col items-start gap-4 px-5 py-5">
              <p className="text-quiet">{t(keys.state === 'locked' ? 'lockedNote' : 'noKeysNote')}</p>
              <ButtonLink href="/keys">{t(keys.state === 'locked' ? 'unlock' : 'makeKeys')}</ButtonLink>
            </div>
          </Panel>
        ) : (
          <>
            <Files />
            <Inbox />
          </>
        )}
        <Node />
      </div>
    </section>
  );
}

const more = (href: string, text: string) => (
  <Link href={href} className="inline-flex min-h-6 items-center underline decoration-line underline-offset-4">
    {text}
  </Link>
);

function Files() {
  const t = useText(glanceTexts);
  const [language] = useLanguage();
  const s = useText(sharingTexts);
  const files = useAsk('files', undefined);
  const ready = useAsk('invitations', undefined).data?.filter((one) => one.ready) ?? [];
  return (
    <Panel
      title={t('files')}
      note={more('/files', t('all'))}
      empty={files.data?.length === 0 ? t('noFiles') : undefined}
    >
      {files.data === undefined ? (
        <Skeleton rows={most} />
      ) : (
        <ul>
          {ready.map(({ id, name, file }) => (
            <Line key={id} title={s('guestReady', { name })} note={file} href="/share" />
          ))}
          {files.data.slice(0, Math.max(0, most - ready.length)).map((file) => (
            <Line
              key={file.id}
              title={file.name}
              note={`${bytes(file.size)} · ${timeOf(file.at / 1000, language)}`}
              href={`/share#${file.id}`}
            />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Inbox() {
  const t = useText(glanceTexts);
  const inbox = useAsk('inbox', undefined);
  const all = inbox.data ?? [];
  const waiting = all.filter(({ state, openedAt }) => state === 'live' && openedAt === undefined);
  const requests = all.filter(({ state }) => state === 'request').length;
  return (
    <Panel title={t('inbox')} note={more('/inbox', t('all'))}>
      <Fault fault={inbox.data === undefined ? inbox.error : undefined} />
      {inbox.data === undefined ? (
        <Skeleton rows={most} />
      ) : (
        <>
          <p className="px-5 py-4" data-testid="to-open">
            <span className={`font-semibold text-lg ${waiting.length > 0 ? 'text-teal' : ''}`}>
              {waiting.length > 0 ? t('toOpen', { n: waiting.length }) : t('nothingNew')}
            </span>
            <span className="block text-quiet text-sm">
              {requests > 0
                ? t('requests', { n: requests })
                : waiting.length === 0 && (all.length > 0 ? t('allOpened', { n: all.length }) : t('noInbox'))}
            </span>
          </p>
          <ul className="border-line border-t empty:hidden">
            {waiting.slice(0, most - 1).map((one) => (
              <Line
                key={one.policyId}
                title={one.note ?? t('file', { n: one.files.length })}
                note={t('from', { name: one.from ?? t('somebody') })}
                href={`/inbox/item?id=${one.policyId}`}
              />
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}

function Line({ title, note, href }: { readonly title: string; readonly note: string; readonly href: string }) {
  return (
    <li className="border-line border-b last:border-0">
      <Link href={href} className="flex items-center gap-3 px-5 py-2.5 hover:bg-sunk">
        <Icon name="files" size={20} className="shrink-0 text-teal" />
        <span className="min-w-0">
          <span className="block truncate">{title}</span>
          <span className="block truncate text-quiet text-sm">{note}</span>
        </span>
      </Link>
    </li>
  );
}

/** The node of the connected wallet; nothing if it has none. */
function Node() {
  const t = useText(glanceTexts);
  const [language] = useLanguage();
  const { account, holdings } = useHoldings();
  if (account === undefined || holdings === undefined) return null;
  const { miner, creditWei, rewards, claimable, gasWei } = holdings;
  if (miner.stake === 0n && miner.unbonding === 0n) return null;
  const rows: readonly (readonly [string, ReactNode])[] = [
    [t('atStake'), `${amount(miner.stake, language, 0)} DNTL`],
    ...(miner.unbonding > 0n ? [[t('leaving'), `${amount(miner.unbonding, language, 0)} DNTL`] as const] : []),
    [t('waiting'), `${amount(creditWei, language, 4)} ETH, ${amount(rewards + claimable, language, 0)} DNTL`],
    [t('heartbeats'), `${amount(gasWei, language, 3)} ETH`],
  ];
  return (
    <Panel title={t('node')} note={more('/operate', nickname(account))}>
      <dl className="px-5 py-3" data-testid="my-node">
        {rows.map(([name, value]) => (
          <div key={name} className="flex flex-wrap justify-between gap-x-4 border-line border-b py-2 last:border-0">
            <dt className="text-quiet">{name}</dt>
            <dd className="font-medium">{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
