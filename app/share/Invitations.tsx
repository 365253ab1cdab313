'use client';

import { useState } from 'react';
import { Button } from '../components/Button';
import { Copy } from '../components/Copy';
import { Fault } from '../components/Fault';
import { Field } from '../components/Field';
import { timeOf } from '../format';
import { useTask } from '../hooks/useTask';
import { useLanguage, useText } from '../i18n/useText';
import { useMe } from '../session/me';
import { useAsk } from '../session/useAsk';
import { sharingTexts } from '../sharing/texts';
import { lasting } from '../sharing/times';
import type { Invitation } from '../worker/inviting';
import type { Granted } from '../worker/sharing';

/** Shares that wait for somebody's keys; one click finishes what has them. */
export function Invitations({ onGranted }: { readonly onGranted: (granted: Granted, name: string) => unknown }) {
  const invitations = useAsk('invitations', undefined, { everyMs: 5_000 });
  return invitations.data?.map((one) => (
    <Waiting
      key={one.id}
      one={one}
      onGranted={(granted) => onGranted(granted, one.name)}
      onChange={() => invitations.refetch()}
    />
  ));
}

function Waiting({
  one,
  onGranted,
  onChange,
}: {
  readonly one: Invitation & { readonly ready: boolean };
  readonly onGranted: (granted: Granted) => unknown;
  readonly onChange: () => unknown;
}) {
  const t = useText(sharingTexts);
  const [language] = useLanguage();
  const { session } = useMe();
  const task = useTask();
  const [card, setCard] = useState('');
  const { id, name, file, lasts, threshold, shares, ready, link, at } = one;
  const finish = () =>
    task.run(async (signal) => {
      const title = t('title');
      const args = { id, ...(card.trim() !== '' && { card: card.trim() }) };
      const granted = await session?.call('finishInvitation', args, { signal, title });
      if (granted !== undefined) onGranted(granted);
      onChange();
    });
  return (
    <section
      data-testid="invitation"
      data-ready={ready}
      className={`flex flex-col gap-3 rounded-card border p-5 ${ready ? 'border-teal bg-teal-wash' : 'border-line bg-raised'}`}
    >
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <h2 className="font-semibold">{t(ready ? 'guestReady' : 'guestWaiting', { name })}</h2>
          <p className="text-pretty text-quiet text-sm">
            {file} · {t('quorum', { m: threshold, n: shares })} · {lasting(lasts, language)} ·{' '}
            {t('invitedAt', { when: timeOf(at / 1000, language) })}
          </p>
        </div>
        <div className="flex flex-wrap gap-2">
          {ready ? (
            <Button kind="primary" busy={task.busy} onClick={finish}>
              {t('shareNow', { name })}
            </Button>
          ) : (
            <Copy text={link} label={t('inviteLink')} />
          )}
          <Button
            kind="quiet"
            onClick={() =>
              task.run(async () => {
                await session?.call('withdrawInvitation', { id });
                onChange();
              })
            }
          >
            {t('withdrawInvitation')}
          </Button>
        </div>
      </div>
      {!ready && (
        <form
          className="flex flex-wrap items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            void finish();
          }}
        >
          <Field
            className="min-w-48 flex-1"
            label={t('theirCard', { name })}
            value={card}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => setCard(event.target.value)}
          />
          <Button type="submit" busy={task.busy} disabled={card.trim() === ''}>
            {t('shareNow', { name })}
          </Button>
        </form>
      )}
      <Fault fault={task.fault} />
    </section>
  );
}
