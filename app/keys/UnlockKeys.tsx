'use client';

import type { SlotInfo, Unlock } from 'dintel/keys';
import { useState } from 'react';
import { useConfig } from 'wagmi';
import { Button } from '../components/Button';
import { Card } from '../components/Card';
import { Fault } from '../components/Fault';
import { Field } from '../components/Field';
import { Icon } from '../components/Icon';
import { useTask } from '../hooks/useTask';
import { useText } from '../i18n/useText';
import { useSite } from '../providers';
import { useMe } from '../session/me';
import { askPasskey } from './passkeys';
import { keysTexts } from './texts';
import { askWallet, opensWith } from './wallets';

/** The ways into the vault, each that it has. */
export function UnlockKeys({ slots }: { readonly slots: readonly SlotInfo[] }) {
  const t = useText(keysTexts);
  const { session, account, refresh } = useMe();
  const config = useConfig();
  const { rpcUrl } = useSite();
  const task = useTask();
  const [password, setPassword] = useState('');
  const [words, setWords] = useState<string>();
  const open = (ask: () => Unlock | Promise<Unlock>) =>
    task.run(async () => {
      await session?.call('unlock', await ask());
      await refresh();
    });
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
          void open(() =>
            words === undefined ? { type: 'password', password } : { type: 'phrase', phrase: words.trim() },
          );
        }}
      >
        {has('passkey') && (
          <Button kind="primary" busy={task.busy} onClick={() => open(() => askPasskey(slots))}>
            {t('unlockPasskey')}
          </Button>
        )}
        {opensWith(slots, account) && (
          <div>
            <Button
              kind={has('passkey') ? 'plain' : 'primary'}
              className="w-full"
              busy={task.busy}
              onClick={() => account && open(() => askWallet(config, account, rpcUrl, slots))}
            >
              {t('unlockWallet')}
            </Button>
            <p className="mt-1.5 text-quiet text-sm">{t('walletAsks')}</p>
          </div>
        )}
        {words !== undefined && (
          <>
            <Field
              label={t('words')}
              autoComplete="off"
              spellCheck={false}
              value={words}
              onChange={(event) => setWords(event.target.value)}
            />
            <Button type="submit" kind="primary" busy={task.busy} disabled={words.trim() === ''}>
              {t('unlock')}
            </Button>
          </>
        )}
        {has('password') && words === undefined && (
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
              kind={has('passkey') || opensWith(slots, account) ? 'plain' : 'primary'}
              busy={task.busy}
              disabled={password === ''}
            >
              {t('unlock')}
            </Button>
          </>
        )}
        <Fault fault={task.fault} />
        {has('phrase') && words === undefined && (
          <Button kind="quiet" onClick={() => setWords('')}>
            {t('useWords')}
          </Button>
        )}
      </form>
    </Card>
  );
}
