'use client';

import { useRouter, useSearchParams } from 'next/navigation';
import type { ReactNode } from 'react';
import { Address } from '../components/Address';
import { ButtonLink } from '../components/Button';
import { Fault, PageFault } from '../components/Fault';
import { Notice } from '../components/Notice';
import { PageHead } from '../components/Page';
import { Panel } from '../components/Panel';
import { Skeleton } from '../components/Skeleton';
import { Words } from '../components/Words';
import { bytes, timeOf } from '../format';
import { useTask } from '../hooks/useTask';
import { useLanguage, useText } from '../i18n/useText';
import { KeyGate } from '../keys/KeyGate';
import { NodeLink, PolicyLink } from '../network/Who';
import { Item } from '../receiving/Item';
import { useMe } from '../session/me';
import { useAsk } from '../session/useAsk';
import type { Received } from '../worker/receiving';
import { itemTexts } from './texts';

/** One thing that was shared with me, by the policy in the address: it opens here. */
export function ItemPage() {
  const t = useText(itemTexts);
  return (
    <>
      <PageHead title={t('title')} action={<ButtonLink href="/inbox">{t('all')}</ButtonLink>}>
        {t('lead')}
      </PageHead>
      <KeyGate>
        <Found />
      </KeyGate>
    </>
  );
}

function Found() {
  const t = useText(itemTexts);
  // Behind the gate, which the export never passes: the head stands in it, though its address says nothing yet.
  const id = useSearchParams().get('id')?.toLowerCase() ?? '';
  const { session } = useMe();
  const router = useRouter();
  const inbox = useAsk('inbox', undefined, { everyMs: 10_000 });
  const task = useTask();
  if (inbox.data === undefined) {
    if (inbox.isError) return <PageFault fault={inbox.error} onRetry={inbox.refetch} />;
    return <Skeleton rows={1} shape="cards" />;
  }
  const item = inbox.data.find(({ policyId }) => policyId === id);
  if (item === undefined) {
    return (
      <Notice title={t('unknown')} action={<ButtonLink href="/inbox">{t('all')}</ButtonLink>}>
        {t('unknownNote')}
      </Notice>
    );
  }
  const { policyId } = item;
  const change = (method: 'accept' | 'lookAgain') => () =>
    task.run(async (signal) => {
      await session?.call(method, { policyId }, { signal });
      await inbox.refetch();
    });
  const forget = () =>
    task.run(async (signal) => {
      await session?.call('forget', { policyId }, { signal });
      router.push('/inbox');
    });
  return (
    <div className="flex flex-col gap-6">
      <Fault fault={task.fault} />
      <Item item={item} session={session} onForget={forget} onAccept={change('accept')} onLook={change('lookAgain')} />
      <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-2">
        <Sender item={item} />
        <Facts item={item} />
      </div>
    </div>
  );
}

/** Whose key signed it, in words that can be compared. */
function Sender({ item }: { readonly item: Received }) {
  const t = useText(itemTexts);
  const { policyId, from, fromKey } = item;
  const sender = useAsk('sender', { policyId });
  const { data } = sender;
  const words = data?.words;
  const note =
    fromKey === undefined
      ? item.state === 'request'
        ? 'notAccepted'
        : 'notProven'
      : words === undefined
        ? 'noWords'
        : data?.isKnown !== true
          ? 'published'
          : data.comparedAt === undefined
            ? 'notCompared'
            : 'compared';
  return (
    <Panel title={t('sender')} note={from ?? (fromKey === undefined ? t('whoever') : undefined)}>
      <div className="flex min-h-32 flex-col items-start gap-3 px-5 py-5" data-testid="sender">
        {data === undefined && !sender.isError ? (
          <Skeleton rows={2} />
        ) : (
          <>
            {words !== undefined && <Words words={words} tone={note === 'compared' ? 'plain' : 'attention'} />}
            <p className={`text-pretty text-sm ${note === 'compared' ? 'text-teal' : 'text-amber'}`}>
              {t(note, note === 'compared' ? { name: from ?? '' } : {})}
            </p>
            {words !== undefined && note !== 'compared' && (
              <p className="text-pretty text-quiet text-sm">{t('wordsNote')}</p>
            )}
            {note === 'notCompared' && <ButtonLink href="/people">{t('compare')}</ButtonLink>}
            <Fault fault={sender.error} onRetry={sender.refetch} />
          </>
        )}
      </div>
    </Panel>
  );
}

/** Its size, its times, its nodes. */
function Facts({ item }: { readonly item: Received }) {
  const t = useText(itemTexts);
  const [language] = useLanguage();
  const { files, createdAt, startsAt, expiresAt, state, threshold, shares, owner, nodes, policyId } = item;
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const isOver = state === 'expired' || state === 'revoked';
  const at = (seconds: number) => timeOf(seconds, language);
  const rows: readonly (readonly [string, ReactNode] | false)[] = [
    files.length > 0 && [t('size'), `${bytes(size)}, ${t('files', { n: files.length })}`],
    createdAt !== undefined && [t('sharedAt'), at(createdAt)],
    startsAt !== undefined && [t('opensAt'), at(startsAt)],
    expiresAt !== undefined && [t(isOver ? 'endedAt' : 'endsAt'), at(expiresAt)],
    threshold !== undefined && shares !== undefined && [t('quorum'), t('ofNodes', { m: threshold, n: shares })],
    nodes.length > 0 && [
      t('nodes'),
      <ul key="nodes" className="flex flex-wrap gap-x-4">
        {nodes.map((node) => (
          <li key={node}>
            <NodeLink address={node} />
          </li>
        ))}
      </ul>,
    ],
    owner !== undefined && [t('account'), <Address key="owner" value={owner} />],
    [t('policy'), <PolicyLink key="policy" id={policyId} />],
  ];
  return (
    <Panel title={t('facts')}>
      <dl className="px-5 py-3 text-sm" data-testid="facts">
        {rows
          .filter((row) => row !== false)
          .map(([name, value]) => (
            <div
              key={name}
              className="grid grid-cols-[6rem_minmax(0,1fr)] gap-x-4 border-line border-b py-2.5 last:border-0 sm:grid-cols-[8rem_minmax(0,1fr)]"
            >
              <dt className="text-quiet">{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </Panel>
  );
}
