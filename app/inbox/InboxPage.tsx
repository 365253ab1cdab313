'use client';

import { useState } from 'react';
import { Button, ButtonLink } from '../components/Button';
import { Fault, PageFault } from '../components/Fault';
import { Field } from '../components/Field';
import { More } from '../components/More';
import { Notice } from '../components/Notice';
import { PageHead } from '../components/Page';
import { Skeleton } from '../components/Skeleton';
import { useSome } from '../hooks/useSome';
import { useTask } from '../hooks/useTask';
import { useText } from '../i18n/useText';
import { KeyGate } from '../keys/KeyGate';
import { Item } from '../receiving/Item';
import { receivingTexts } from '../receiving/texts';
import { useMe } from '../session/me';
import { useAsk } from '../session/useAsk';
import type { Received } from '../worker/receiving';

/** What was shared with me. */
export function InboxPage() {
  const t = useText(receivingTexts);
  return (
    <>
      <PageHead title={t('title')} action={<ButtonLink href="/people/me">{t('myCard')}</ButtonLink>}>
        {t('lead')}
      </PageHead>
      <KeyGate>
        <Inbox />
      </KeyGate>
    </>
  );
}

function Inbox() {
  const t = useText(receivingTexts);
  const { session } = useMe();
  const inbox = useAsk('inbox', undefined, { everyMs: 10_000 });
  const { some, more } = useSome(inbox.data ?? []);
  const task = useTask();
  const [link, setLink] = useState('');
  const change = (method: 'accept' | 'forget' | 'lookAgain', policyId: Received['policyId']) =>
    task.run(async (signal) => {
      await session?.call(method, { policyId }, { signal });
      await inbox.refetch();
    });
  return (
    <div className="flex flex-col gap-4">
      <form
        className="flex flex-wrap items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          void task.run(async (signal) => {
            await session?.call('look', { link: link.trim() }, { signal });
            setLink('');
            await inbox.refetch();
          });
        }}
      >
        <Field
          className="min-w-52 flex-1"
          label={t('paste')}
          value={link}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setLink(event.target.value)}
        />
        <Button type="submit" busy={task.busy} disabled={link.trim() === ''}>
          {t('look')}
        </Button>
      </form>
      <Fault fault={task.fault} />
      {inbox.data === undefined && !inbox.isError && <Skeleton rows={2} shape="cards" />}
      {inbox.data === undefined && inbox.isError && <PageFault fault={inbox.error} onRetry={inbox.refetch} />}
      {inbox.data?.length === 0 && (
        <Notice title={t('none')} action={<ButtonLink href="/people/me">{t('myCard')}</ButtonLink>}>
          {t('noneNote')}
        </Notice>
      )}
      {some.map((item) => (
        <Item
          key={item.policyId}
          item={item}
          session={session}
          href={`/inbox/item?id=${item.policyId}`}
          onForget={() => change('forget', item.policyId)}
          onAccept={() => change('accept', item.policyId)}
          onLook={() => change('lookAgain', item.policyId)}
        />
      ))}
      {more !== undefined && <More onMore={more} />}
    </div>
  );
}
