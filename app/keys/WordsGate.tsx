'use client';

import { type ReactNode, useState } from 'react';
import { Button } from '../components/Button';
import { Card } from '../components/Card';
import { Fault } from '../components/Fault';
import { useTask } from '../hooks/useTask';
import { useText } from '../i18n/useText';
import { useMe } from '../session/me';
import { Phrase } from './Phrase';
import { keysTexts } from './texts';
import { useWritten } from './written';

/** Put off until this page is opened anew. */
let isPutOff = false;

/** Shows its children to whoever has seen the recovery words of his keys, or has put that off once: the only copy of a root lies here. */
export function WordsGate({ children }: { readonly children: ReactNode }) {
  const t = useText(keysTexts);
  const { session, keys } = useMe();
  const [written, setWritten] = useWritten();
  const [words, setWords] = useState<string>();
  const task = useTask();
  if (keys?.state !== 'open' || written === 'seen' || isPutOff) return children;
  const putOff = () => {
    isPutOff = true;
    setWritten('later');
  };
  return (
    <Card className="mx-auto max-w-xl">
      <h2 className="font-semibold text-xl">{t('beforeSharing')}</h2>
      <p className="mt-1 mb-5 text-pretty text-quiet">{t('beforeSharingNote')}</p>
      <div className="flex flex-col gap-4">
        {words !== undefined && <Phrase words={words} />}
        <Fault fault={task.fault} />
        <div className="flex flex-wrap gap-2" data-testid="before-sharing">
          {words === undefined ? (
            <Button
              kind="primary"
              busy={task.busy}
              onClick={() => task.run(async () => setWords(await session?.call('recoveryWords', undefined)))}
            >
              {t('show')}
            </Button>
          ) : (
            <Button kind="primary" onClick={() => setWritten('seen')}>
              {t('wroteThem')}
            </Button>
          )}
          {written === 'unseen' && <Button onClick={putOff}>{t('later')}</Button>}
        </div>
      </div>
    </Card>
  );
}
