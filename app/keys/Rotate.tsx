'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button, ButtonLink } from '../components/Button';
import { Card } from '../components/Card';
import { Fault } from '../components/Fault';
import { Sheet } from '../components/Sheet';
import { useTask } from '../hooks/useTask';
import { useText } from '../i18n/useText';
import { useMe } from '../session/me';
import { keysTexts } from './texts';
import { useWritten } from './written';

/** New keys from now on: for whoever fears that the present ones were copied. */
export function Rotate({ roots }: { readonly roots: number }) {
  const t = useText(keysTexts);
  const { session, refresh } = useMe();
  const queries = useQueryClient();
  const task = useTask();
  const [, setWritten] = useWritten();
  const [asked, setAsked] = useState(false);
  const rotate = () =>
    task.run(async () => {
      await session?.call('rotateKeys', undefined);
      setWritten('unseen');
      await refresh();
      await queries.invalidateQueries({ queryKey: ['me'] });
      setAsked(false);
    });
  return (
    <Card>
      <h2 className="font-semibold text-lg">{t('rotate')}</h2>
      <p className="mt-1 text-pretty text-quiet">{t('rotateNote')}</p>
      {roots > 1 && (
        <p className="mt-3 text-teal" data-testid="roots">
          {t('rotated', { n: roots - 1 })}
        </p>
      )}
      <div className="mt-4 flex flex-wrap gap-2">
        <Button onClick={() => setAsked(true)}>{t('rotateDo')}</Button>
        {roots > 1 && <ButtonLink href="/people/me">{t('newCard')}</ButtonLink>}
      </div>
      <Sheet open={asked} onClose={() => setAsked(false)} title={t('rotateTitle')}>
        <div className="flex flex-col gap-4">
          <p className="text-pretty">{t('rotateSure')}</p>
          <Fault fault={task.fault} />
          <Button kind="primary" busy={task.busy} onClick={rotate}>
            {t('rotateDo')}
          </Button>
        </div>
      </Sheet>
    </Card>
  );
}
