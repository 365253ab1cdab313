'use client';

import { useEffect, useState } from 'react';
import { Button } from '../components/Button';
import { Card } from '../components/Card';
import { Fault } from '../components/Fault';
import { Field } from '../components/Field';
import { useTask } from '../hooks/useTask';
import { useText } from '../i18n/useText';
import { useMe } from '../session/me';
import { ContractNote } from './ContractNote';
import { makePasskey, passkeysHere } from './passkeys';
import { askToKeep } from './persistence';
import { keysTexts } from './texts';
import { useWritten } from './written';

/** A new key for this device: by passkey where there are any, by password, or from recovery words. */
export function CreateKeys() {
  const t = useText(keysTexts);
  const { session, account, refresh } = useMe();
  const task = useTask();
  const [password, setPassword] = useState('');
  const [phrase, setPhrase] = useState('');
  const [restoring, setRestoring] = useState(false);
  const [, setWritten] = useWritten();
  const [passkeys, setPasskeys] = useState(false);
  useEffect(() => setPasskeys(passkeysHere()), []);
  const make = (slot: () => Promise<Parameters<typeof create>[0]>) => task.run(async () => create(await slot()));
  async function create(
    slot: { readonly type: 'password'; readonly password: string } | Awaited<ReturnType<typeof makePasskey>>,
  ) {
    const words = restoring ? phrase.trim() : undefined;
    // What it answers stands beside the keys; a browser that asks the reader is not waited for.
    void askToKeep();
    await session?.call('createKeys', { slot, phrase: words });
    setWritten(restoring ? 'seen' : 'unseen');
    await refresh();
  }
  return (
    <Card className="mx-auto max-w-lg">
      <h2 className="font-semibold text-xl">{restoring ? t('restore') : t('make')}</h2>
      <p className="mt-1 mb-5 text-quiet">{restoring ? t('restoreNote') : t('makeNote')}</p>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void make(async () => ({ type: 'password', password }));
        }}
      >
        <ContractNote />
        {passkeys && !restoring && (
          <>
            <Button kind="primary" busy={task.busy} onClick={() => make(() => makePasskey(account))}>
              {t('withPasskey')}
            </Button>
            <p className="text-center text-quiet text-sm">{t('or')}</p>
          </>
        )}
        {restoring && (
          <Field
            label={t('words')}
            autoComplete="off"
            spellCheck={false}
            value={phrase}
            onChange={(event) => setPhrase(event.target.value)}
          />
        )}
        <Field
          label={t('password')}
          hint={t('passwordNote')}
          type="password"
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Fault fault={task.fault} />
        <Button
          type="submit"
          kind={passkeys && !restoring ? 'plain' : 'primary'}
          busy={task.busy}
          disabled={password === '' || session === undefined}
        >
          {restoring ? t('restoreDo') : t('withPassword')}
        </Button>
        {!restoring && (
          <Button kind="quiet" onClick={() => setRestoring(true)}>
            {t('restore')}
          </Button>
        )}
      </form>
    </Card>
  );
}
