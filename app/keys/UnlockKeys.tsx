'use client';

import type { SlotInfo } from 'dintel/keys';
import { useState } from 'react';
import { Button } from '../components/Button';
import { Card } from '../components/Card';
import { Fault } from '../components/Fault';
import { Field } from '../components/Field';
import { Icon } from '../components/Icon';
import { useTask } from '../hooks/useTask';
import { useText } from '../i18n/useText';
import { useMe } from '../session/me';
import { askPasskey } from './passkeys';
import { keysTexts } from './texts';

/** The ways into the vault, each that it has. */
export function UnlockKeys({ slots }: { readonly slots: readonly SlotInfo[] }) {
  const t = useText(keysTexts);
  const { session, refresh } = useMe();
  const task = useTask();
  const [password, setPassword] = useState('');
  const has = (type: SlotInfo['type']) => slots.some((slot) => slot.type === type);
  return (
    <Card className="mx-auto max-w-lg">
      <h2 className="flex items-center gap-2 font-semibold text-xl">
        <Icon name="lock" /> {t('locked')}
      </h2>
      <p className="mt-1 mb-5 text-quiet">{t('lockedNote')}</p>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void task.run(async () => {
            await session?.call('unlock', { type: 'password', password });
            await refresh();
          });
        }}
      >
        {has('passkey') && (
          <Button
            kind="primary"
            busy={task.busy}
            onClick={() =>
              task.run(async () => {
                await session?.call('unlock', await askPasskey(slots));
                await refresh();
              })
            }
          >
            {t('unlockPasskey')}
          </Button>
        )}
        {has('password') && (
          <>
            <Field
              label={t('password')}
              type="password"
              autoComplete="current-password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
            <Button
              type="submit"
              kind={has('passkey') ? 'plain' : 'primary'}
              busy={task.busy}
              disabled={password === ''}
            >
              {t('unlock')}
            </Button>
          </>
        )}
        <Fault fault={task.fault} />
      </form>
    </Card>
  );
}
