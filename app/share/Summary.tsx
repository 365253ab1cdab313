'use client';

import { timeOf } from '../format';
import { useLanguage, useText } from '../i18n/useText';
import { sharingTexts } from '../sharing/texts';
import type { Terms } from '../worker/sharing';

/** What is agreed, in one sentence. */
export function Summary({ terms, startsAt }: { readonly terms: Terms; readonly startsAt: number | undefined }) {
  const t = useText(sharingTexts);
  const [language] = useLanguage();
  const { threshold: m, shares: n } = terms;
  const until = timeOf(terms.until, language);
  if (startsAt === undefined) return t('summary', { m, n, until });
  return t('summaryLater', { m, n, from: timeOf(startsAt, language), until });
}
