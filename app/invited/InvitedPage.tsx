'use client';

import { useEffect, useState } from 'react';
import { Button, ButtonLink } from '../components/Button';
import { Card } from '../components/Card';
import { Fault } from '../components/Fault';
import { Icon } from '../components/Icon';
import { PageHead } from '../components/Page';
import { Skeleton } from '../components/Skeleton';
import { Words } from '../components/Words';
import { useTask } from '../hooks/useTask';
import { useText } from '../i18n/useText';
import { KeyGate } from '../keys/KeyGate';
import { OwnCard } from '../people/me/MyCard';
import { peopleTexts } from '../people/texts';
import { useMe } from '../session/me';
import { useAsk } from '../session/useAsk';

/** Where an invitation leads: why a key is needed, making it, and handing it to whoever invited. */
export function InvitedPage() {
  const t = useText(peopleTexts);
  const [link, setLink] = useState('');
  useEffect(() => setLink(location.hash.startsWith('#c1.') ? location.href : ''), []);
  return (
    <>
      <PageHead title={t('invitedTitle')} action={<ButtonLink href="/inbox">{t('toInbox')}</ButtonLink>}>
        {t('invitedLead')}
      </PageHead>
      <KeyGate>
        <div className="flex flex-col gap-4">
          {link !== '' && <Host link={link} />}
          <OwnCard />
        </div>
      </KeyGate>
    </>
  );
}

/** Whoever invited: by the card behind the #, kept among one's people only if one says so. */
function Host({ link }: { readonly link: string }) {
  const t = useText(peopleTexts);
  const { session } = useMe();
  const host = useAsk('introduce', { text: link });
  const task = useTask();
  if (host.isError) return <Fault fault={host.error} />;
  if (host.data === undefined) return <Skeleton rows={3} />;
  const { words, known } = host.data;
  const name = host.data.name ?? t('somebody');
  return (
    <Card className="flex flex-col gap-4">
      <div data-testid="host" data-known={known}>
        <h2 className="font-semibold text-lg">{t('invites', { name })}</h2>
        <p className="mt-1 text-pretty text-quiet">{t('invitesNote', { name })}</p>
      </div>
      <Words words={words} />
      {known ? (
        <p className="text-teal">
          <Icon name="check" size={16} className="mr-1.5 inline" />
          {t('hostKnown', { name })}
        </p>
      ) : (
        <Button
          className="self-start"
          busy={task.busy}
          onClick={() =>
            task.run(async (signal) => {
              await session?.call('meet', { text: link }, { signal });
              await host.refetch();
            })
          }
        >
          {t('addHost', { name })}
        </Button>
      )}
      <Fault fault={task.fault} />
    </Card>
  );
}
