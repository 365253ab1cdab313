'use client';

import type { SlotInfo } from 'dintel/keys';
import { useState } from 'react';
import { useConfig } from 'wagmi';
import { Button } from '../components/Button';
import { Card } from '../components/Card';
import { Fault } from '../components/Fault';
import { Field } from '../components/Field';
import { PageHead } from '../components/Page';
import { Words } from '../components/Words';
import { useIsContract } from '../hooks/useIsContract';
import { useTask } from '../hooks/useTask';
import { useText } from '../i18n/useText';
import { useSite } from '../providers';
import { useMe } from '../session/me';
import { useAsk } from '../session/useAsk';
import { ContractNote } from './ContractNote';
import { Kept } from './Kept';
import { KeyGate } from './KeyGate';
import { Phrase } from './Phrase';
import { makePasskey, passkeysHere } from './passkeys';
import { Rotate } from './Rotate';
import { keysTexts } from './texts';
import { makeWalletSlot } from './wallets';
import { useWritten } from './written';

/** One's keys: how they are unlocked, their fingerprint, what keeps them from being lost. */
export function KeysPage() {
  const t = useText(keysTexts);
  return (
    <>
      <PageHead title={t('title')}>{t('lead')}</PageHead>
      <KeyGate>
        <Open />
      </KeyGate>
    </>
  );
}

function Open() {
  const t = useText(keysTexts);
  const { keys } = useMe();
  const identity = useAsk('identity', undefined);
  return (
    <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
      <div className="flex flex-col gap-4">
        <Card>
          <h2 className="font-semibold text-lg">{t('fingerprint')}</h2>
          <p className="mt-1 mb-4 text-quiet">{t('fingerprintNote')}</p>
          <div className="min-h-9">{identity.data !== undefined && <Words words={identity.data.words} />}</div>
          <p className="mt-4 text-quiet text-sm">
            {t('engine')}: <span data-testid="engine">{identity.data?.engine ?? '…'}</span>
          </p>
        </Card>
        {keys?.state === 'open' && <Rotate roots={keys.roots} />}
      </div>
      {keys?.state === 'demo' ? (
        <Card>
          <h2 className="font-semibold text-lg">{t('demo')}</h2>
          <p className="mt-1 text-quiet">{t('demoNote')}</p>
        </Card>
      ) : (
        <Ways slots={keys?.slots ?? []} />
      )}
    </div>
  );
}

/** Ways to unlock: see, add, remove, and the recovery words. */
function Ways({ slots }: { readonly slots: readonly SlotInfo[] }) {
  const t = useText(keysTexts);
  const { session, account, refresh } = useMe();
  const config = useConfig();
  const { rpcUrl } = useSite();
  const isContract = useIsContract(account);
  const task = useTask();
  const [password, setPassword] = useState('');
  const [words, setWords] = useState<string>();
  const [, setWritten] = useWritten();
  const names: Readonly<Record<SlotInfo['type'], string>> = {
    password: t('slotPassword'),
    passkey: t('slotPasskey'),
    wallet: t('slotWallet'),
    phrase: t('slotPhrase'),
  };
  const has = (type: SlotInfo['type']) => slots.some((slot) => slot.type === type);
  const change = (work: () => Promise<unknown>) =>
    task.run(async () => {
      await work();
      await refresh();
    });
  return (
    <Card>
      <div className="flex items-start justify-between gap-4">
        <div>
          <h2 className="font-semibold text-lg">{t('ways')}</h2>
          <p className={`mt-1 ${slots.length < 2 ? 'text-amber' : 'text-quiet'}`}>
            {t(slots.length < 2 ? 'onlyOne' : 'waysNote')}
          </p>
        </div>
        <Button className="shrink-0" onClick={() => change(async () => session?.lock())}>
          {t('lock')}
        </Button>
      </div>
      <ul className="mt-4 border-line border-t">
        {slots.map((slot) => (
          <li key={slot.id} className="flex min-h-14 items-center justify-between gap-3 border-line border-b">
            <span>
              {names[slot.type]} <span className="text-quiet text-sm">{slot.name}</span>
            </span>
            {slots.length > 1 && (
              <Button kind="quiet" onClick={() => change(async () => session?.call('removeSlot', { id: slot.id }))}>
                {t('remove')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Kept />
      <div className="mt-4 flex flex-col gap-3">
        <ContractNote />
        {!has('password') && (
          <form
            className="flex flex-wrap items-end gap-2"
            onSubmit={(event) => {
              event.preventDefault();
              void change(async () => session?.call('addSlot', { type: 'password', password }));
            }}
          >
            <Field
              className="min-w-48 flex-1"
              label={t('addPassword')}
              type="password"
              autoComplete="new-password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
            <Button type="submit" busy={task.busy} disabled={password === ''}>
              {t('add')}
            </Button>
          </form>
        )}
        <div className="flex flex-wrap gap-2">
          {!has('passkey') && passkeysHere() && (
            <Button
              busy={task.busy}
              onClick={() => change(async () => session?.call('addSlot', await makePasskey(account)))}
            >
              {t('addPasskey')}
            </Button>
          )}
          {!has('wallet') && account !== undefined && isContract === false && (
            <Button
              busy={task.busy}
              onClick={() =>
                change(async () => session?.call('addSlot', await makeWalletSlot(config, account, rpcUrl)))
              }
            >
              {t('addWallet')}
            </Button>
          )}
          {!has('phrase') && (
            <Button busy={task.busy} onClick={() => change(async () => session?.call('addSlot', { type: 'phrase' }))}>
              {t('addPhrase')}
            </Button>
          )}
          <Button
            onClick={() =>
              words === undefined
                ? task.run(async () => {
                    setWords(await session?.call('recoveryWords', undefined));
                    setWritten('seen');
                  })
                : setWords(undefined)
            }
          >
            {t(words === undefined ? 'show' : 'hide')}
          </Button>
          <Button
            title={t('backupNote')}
            onClick={() => task.run(async () => session && saveCopy(await session.call('exportKeys', undefined)))}
          >
            {t('backup')}
          </Button>
        </div>
        {words !== undefined && <Phrase words={words} />}
        <Fault fault={task.fault} />
      </div>
    </Card>
  );
}

function saveCopy(bytes: Uint8Array): void {
  const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'dintel-keys.vault';
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
