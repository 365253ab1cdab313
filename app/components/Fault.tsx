'use client';

import { sentenceOfError } from '../errors/sentence';
import { useLanguage } from '../i18n/useText';

/** Why something did not come off, as a sentence; nothing where all is well. */
export function Fault({ fault }: { readonly fault: unknown }) {
  const [language] = useLanguage();
  if (fault === undefined || fault === null) return null;
  return (
    <p role="alert" className="rounded-lg bg-amber-wash px-3 py-2 text-pretty text-amber text-sm">
      {sentenceOfError(fault, language)}
    </p>
  );
}
