'use client';

import { Button } from '../components/Button';
import { Fault } from '../components/Fault';
import { useTask } from '../hooks/useTask';
import { useText } from '../i18n/useText';
import { useMe } from '../session/me';
import { useAsk } from '../session/useAsk';
import { sharingTexts } from '../sharing/texts';

/** What a closed tab cut short, and the button that goes on with it. */
export function Unfinished() {
  const t = useText(sharingTexts);
  const { session } = useMe();
  const { data: open = 0, refetch } = useAsk('unfinished', undefined);
  const task = useTask();
  if (open === 0) return null;
  return (
    <section className="flex flex-wrap items-center justify-between gap-3 rounded-card border border-amber bg-amber-wash p-5 lg:col-span-2">
      <div>
        <h2 className="font-semibold">{t('resume')}</h2>
        <p className="text-sm">{t('resumeNote', { n: open })}</p>
        <Fault fault={task.fault} />
      </div>
      <Button
        busy={task.busy}
        onClick={() =>
          task.run(async (signal) => {
            await session?.call('resume', undefined, { signal, title: t('resumeDo') });
            await refetch();
          })
        }
      >
        {t('resumeDo')}
      </Button>
    </section>
  );
}
