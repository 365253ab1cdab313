'use client';

import { lazy, Suspense } from 'react';
import { ButtonLink } from '../components/Button';
import { Notice } from '../components/Notice';
import { PageHead } from '../components/Page';
import { Ready } from '../components/Ready';
import { useText } from '../i18n/useText';
import { useSite } from '../providers';
import { startTexts } from './texts';

/** Only where there are people to play it; production does not carry it. */
const Story =
  process.env.NEXT_PUBLIC_FLAVOUR === 'local'
    ? lazy(async () => ({ default: (await import('./Story')).Story }))
    : undefined;

/** The guided story, where there are demo people to play it. */
export function Start() {
  const t = useText(startTexts);
  return (
    <>
      <PageHead title={t('title')}>{t('lead')}</PageHead>
      <Ready fallback={<div className="min-h-[36rem]" />}>
        <Playable />
      </Ready>
    </>
  );
}

function Playable() {
  const t = useText(startTexts);
  const site = useSite();
  if (Story !== undefined && site.personas?.some(({ seed }) => seed !== undefined)) {
    return (
      <Suspense fallback={<div className="min-h-[36rem]" />}>
        <Story />
      </Suspense>
    );
  }
  return (
    <Notice title={t('localOnly')} action={<ButtonLink href="/share">{t('ownWallet')}</ButtonLink>}>
      {t('localOnlyNote')}
    </Notice>
  );
}
