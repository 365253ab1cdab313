'use client';

import { useEffect, useState } from 'react';
import { ButtonLink } from '../components/Button';
import { PageFault } from '../components/Fault';
import { Notice } from '../components/Notice';
import { PageHead } from '../components/Page';
import { Skeleton } from '../components/Skeleton';
import { isRetryable } from '../errors/sentence';
import { useText } from '../i18n/useText';
import { KeyGate } from '../keys/KeyGate';
import { Item } from '../receiving/Item';
import { receivingTexts } from '../receiving/texts';
import { useMe } from '../session/me';
import { useAsk } from '../session/useAsk';

/** Where a link lands: what it is, from whom, and opening it. What stands behind the # never leaves this page. */
export function OpenPage() {
  const t = useText(receivingTexts);
  const [link, setLink] = useState<string>();
  useEffect(() => {
    const read = () => setLink(location.hash.length > 1 ? location.href : '');
    read();
    window.addEventListener('hashchange', read);
    return () => window.removeEventListener('hashchange', read);
  }, []);
  return (
    <>
      <PageHead title={t('openTitle')} action={<ButtonLink href="/inbox">{t('toInbox')}</ButtonLink>}>
        {t('openLead')}
      </PageHead>
      {link === undefined && <Skeleton rows={4} />}
      {link === '' && (
        <Notice title={t('noLink')} action={<ButtonLink href="/inbox">{t('toInbox')}</ButtonLink>}>
          {t('noLinkNote')}
        </Notice>
      )}
      {link !== undefined && link !== '' && (
        <KeyGate>
          <Linked link={link} />
        </KeyGate>
      )}
    </>
  );
}

function Linked({ link }: { readonly link: string }) {
  const { session } = useMe();
  const t = useText(receivingTexts);
  const item = useAsk('look', { link });
  const waits = ['pending', 'unpaid', 'unreadable'].includes(item.data?.state ?? '');
  const { refetch } = item;
  useEffect(() => {
    if (!waits) return;
    const timer = setInterval(() => void refetch(), 10_000);
    return () => clearInterval(timer);
  }, [waits, refetch]);
  if (item.data === undefined) {
    if (!item.isError) return <Skeleton rows={1} shape="cards" />;
    const inbox = <ButtonLink href="/inbox">{t('toInbox')}</ButtonLink>;
    return <PageFault fault={item.error} onRetry={isRetryable(item.error) ? refetch : undefined} action={inbox} />;
  }
  return <Item item={item.data} session={session} onLook={refetch} />;
}
