'use client';

import { Button } from '../components/Button';
import { useTask } from '../hooks/useTask';
import { useText } from '../i18n/useText';
import { useKept } from './persistence';
import { keysTexts } from './texts';

/** What this browser promises about the keys in it. */
export function Kept() {
  const t = useText(keysTexts);
  const [kept, ask] = useKept();
  const task = useTask();
  return (
    <div
      className="mt-4 flex min-h-16 flex-wrap items-center justify-between gap-3 text-sm"
      data-testid="kept"
      data-kept={kept}
    >
      {kept !== undefined && (
        <p className={`min-w-52 flex-1 text-pretty ${kept ? 'text-quiet' : 'text-amber'}`}>
          {t(kept ? 'kept' : 'mayGo')}
        </p>
      )}
      {kept === false && (
        <Button busy={task.busy} onClick={() => task.run(ask)}>
          {t('keepThem')}
        </Button>
      )}
    </div>
  );
}
