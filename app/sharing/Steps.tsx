'use client';

import { Icon } from '../components/Icon';
import { type GrantStage, grantStages } from './stage';

/** One step of a share, as words. */
export interface Step {
  readonly stage: GrantStage;
  readonly text: string;
}

/** The steps of a share: done, under way, to come. */
export function Steps({
  steps,
  at,
  failed,
}: {
  readonly steps: readonly Step[];
  readonly at: GrantStage;
  readonly failed: boolean;
}) {
  const now = grantStages.indexOf(at);
  return (
    <ol className="flex flex-col gap-2.5" aria-live="polite">
      {steps.map(({ stage, text }) => {
        const place = grantStages.indexOf(stage);
        const done = place < now;
        const current = place === now;
        return (
          <li
            key={stage}
            aria-current={current ? 'step' : undefined}
            data-testid={`step-${stage}`}
            data-done={done}
            className={`flex items-center gap-3 ${done ? '' : current ? 'font-medium' : 'text-quiet'}`}
          >
            <span
              className={`flex size-5 shrink-0 items-center justify-center rounded-full border ${
                done
                  ? 'border-teal bg-teal text-teal-ink'
                  : current && failed
                    ? 'border-amber text-amber'
                    : current
                      ? 'breathe border-teal bg-teal-wash'
                      : 'border-line'
              }`}
            >
              {done && <Icon name="check" size={13} />}
              {current && failed && <Icon name="cross" size={12} />}
            </span>
            {text}
          </li>
        );
      })}
    </ol>
  );
}
