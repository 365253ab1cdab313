'use client';

import { ButtonLink } from './components/Button';
import { Notice } from './components/Notice';
import { frameTexts } from './i18n/frame';
import { useText } from './i18n/useText';

/** 404: any address that the export does not have. */
export default function NotFound() {
  const t = useText(frameTexts);
  return (
    <Notice title={t('notFound')} action={<ButtonLink href="/">{t('toStart')}</ButtonLink>}>
      {t('notFoundNote')}
    </Notice>
  );
}
