'use client';

import Link from 'next/link';
import type { ReactNode } from 'react';
import { codeOf, particularsOf, sentenceOfError } from '../errors/sentence';
import { faultTexts } from '../errors/texts';
import { useLanguage, useText } from '../i18n/useText';
import { Button } from './Button';
import { Notice } from './Notice';

/** What somebody has decided is no fault, and is said quietly. */
const declined = ['USER_REJECTED', 'chain.rejected'];
const newer = ['E_VERSION', 'VERSION_UNSUPPORTED'];
/** What a page is called that cannot be shown. */
const titles = {
  E_LINK: 'troubleLink',
  E_VERSION: 'troubleVersion',
  VERSION_UNSUPPORTED: 'troubleVersion',
  E_DOMAIN: 'troubleNetwork',
} as const;

/** Why something did not come off: a sentence, what would help, the code, and details for who asks. Nothing where all is well. */
export function Fault({ fault, onRetry }: { readonly fault: unknown; readonly onRetry?: (() => unknown) | undefined }) {
  const [language] = useLanguage();
  const t = useText(faultTexts);
  if (fault === undefined || fault === null) return null;
  const code = codeOf(fault);
  const quiet = code !== undefined && declined.includes(code);
  const way = 'flex min-h-8 items-center font-medium underline decoration-1 underline-offset-4';
  return (
    <div
      role="alert"
      data-testid="fault"
      data-code={code}
      className={`rise rounded-[10px] px-4 py-3 text-sm ${quiet ? 'bg-sunk text-quiet' : 'bg-amber-wash text-amber'}`}
    >
      <p className="text-pretty">{sentenceOfError(fault, language)}</p>
      {!quiet && (
        <div className="mt-1 flex flex-wrap items-start gap-x-5">
          {onRetry !== undefined && (
            <button type="button" className={way} onClick={() => void onRetry()}>
              {t('again')}
            </button>
          )}
          {code !== undefined && newer.includes(code) && (
            <button type="button" className={way} onClick={() => location.reload()}>
              {t('reload')}
            </button>
          )}
          {code === 'KEY_CHANGED' && (
            <Link href="/people" className={way}>
              {t('compare')}
            </Link>
          )}
          <Particulars fault={fault} />
        </div>
      )}
    </div>
  );
}

/** A fault that leaves a whole page or panel without its content. */
export function PageFault({
  fault,
  onRetry,
  action,
}: {
  readonly fault: unknown;
  readonly onRetry?: (() => unknown) | undefined;
  /** Another way on. */
  readonly action?: ReactNode;
}) {
  const [language] = useLanguage();
  const t = useText(faultTexts);
  const code = codeOf(fault);
  return (
    <div role="alert" data-testid="fault" data-code={code}>
      <Notice
        title={t(titles[code as keyof typeof titles] ?? 'trouble')}
        tone="attention"
        action={
          <>
            {onRetry !== undefined && (
              <Button kind="primary" onClick={onRetry}>
                {t('again')}
              </Button>
            )}
            {code !== undefined && newer.includes(code) && (
              <Button kind="primary" onClick={() => location.reload()}>
                {t('reload')}
              </Button>
            )}
            {action}
          </>
        }
      >
        <p>{sentenceOfError(fault, language)}</p>
        <div className="mt-2 flex justify-center text-sm">
          <Particulars fault={fault} />
        </div>
      </Notice>
    </div>
  );
}

/** The code, and behind it what a program would want to know. */
function Particulars({ fault }: { readonly fault: unknown }) {
  const t = useText(faultTexts);
  const code = codeOf(fault);
  const lines = particularsOf(fault);
  if (code === undefined) return null;
  if (lines.length === 0) return <code className="flex min-h-8 items-center font-mono text-xs">{code}</code>;
  return (
    <details className="min-w-0 max-w-full">
      <summary className="min-h-8 content-center">
        {t('details')} <code className="ml-1 font-mono text-xs">{code}</code>
      </summary>
      <ul className="mt-1 flex flex-col gap-0.5 text-left font-mono text-xs">
        {lines.map((line) => (
          <li key={line} className="break-words">
            {line}
          </li>
        ))}
      </ul>
    </details>
  );
}
