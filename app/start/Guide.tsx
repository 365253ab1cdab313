'use client';

import { Icon } from '../components/Icon';
import { useText } from '../i18n/useText';
import { startTexts } from './texts';

const steps = ['share', 'close', 'open', 'stop', 'lie', 'revoke'] as const;
export type Tried = (typeof steps)[number];

/** What can be tried, in the order that tells most; each is ticked when it was seen. */
export function Guide({ tried }: { readonly tried: ReadonlySet<Tried> }) {
  const t = useText(startTexts);
  const lines = [t('try1'), t('try2'), t('try3'), t('try4'), t('try5'), t('try6')];
  const next = steps.find((step) => !tried.has(step));
  return (
    <ol aria-label={t('guide')} className="flex flex-wrap gap-x-5 gap-y-2 text-sm">
      {steps.map((step, index) => {
        const done = tried.has(step);
        return (
          <li
            key={step}
            aria-current={step === next ? 'step' : undefined}
            data-testid={`guide-${step}`}
            data-done={done}
            // A phone shows the step that is next and no more.
            className={`flex items-center gap-2 ${step === next ? 'font-medium text-ink' : 'text-quiet max-sm:hidden'}`}
          >
            <span
              className={`flex size-6 items-center justify-center rounded-full border text-xs ${
                done ? 'border-teal bg-teal text-teal-ink' : step === next ? 'border-teal text-teal' : 'border-line'
              }`}
            >
              {done ? <Icon name="check" size={14} /> : index + 1}
            </span>
            {lines[index]}
          </li>
        );
      })}
    </ol>
  );
}
