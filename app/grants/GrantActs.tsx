'use client';

import { useState } from 'react';
import { Button } from '../components/Button';
import { Choice } from '../components/Choice';
import { Fault } from '../components/Fault';
import { Sheet } from '../components/Sheet';
import { timeOf, units18 } from '../format';
import { useTask } from '../hooks/useTask';
import { useLanguage, useText } from '../i18n/useText';
import { useMe } from '../session/me';
import { useAsk } from '../session/useAsk';
import { sharingTexts } from '../sharing/texts';
import { durationsFor, lasting } from '../sharing/times';
import { Proposed } from '../transactions/Proposed';
import type { OwnGrant } from '../worker/sharing';

/** What can be done with a grant that lives: make it longer, or stop it. What was done is told in its sheet until that is closed. */
export function GrantActs({ grant, onChange }: { readonly grant: OwnGrant; readonly onChange: () => unknown }) {
  const t = useText(sharingTexts);
  const [asked, setAsked] = useState<'stop' | 'extend'>();
  return (
    <>
      {grant.state === 'live' && (
        <>
          <Button onClick={() => setAsked('extend')}>{t('extend')}</Button>
          <Button kind="loss" onClick={() => setAsked('stop')}>
            {t('stop')}
          </Button>
        </>
      )}
      <Sheet open={asked === 'stop'} onClose={() => setAsked(undefined)} title={t('stopTitle')}>
        <Stop grant={grant} onDone={onChange} />
      </Sheet>
      <Sheet open={asked === 'extend'} onClose={() => setAsked(undefined)} title={t('extendTitle')}>
        <Extend grant={grant} onDone={onChange} />
      </Sheet>
    </>
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
          ? t('stopNote', { refund: units18(grant.openWei, 6) })
          : t('stopped', { refund: units18(refund, 6) })}
      </p>
      <Fault fault={task.fault} />
      {task.busy && <Proposed />}
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
      {task.busy && <Proposed />}
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
