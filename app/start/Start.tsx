'use client';

import { ButtonLink } from '../components/Button';
import { Notice } from '../components/Notice';
import { PageHead } from '../components/Page';
import { Ready } from '../components/Ready';
import { isLocal } from '../flavour';
import { useText } from '../i18n/useText';
import { useSite } from '../providers';
import { Story } from './Story';
import { startTexts } from './texts';

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
  if (isLocal && site.personas?.some(({ seed }) => seed !== undefined)) return <Story />;
  return (
    <Notice title={t('localOnly')} action={<ButtonLink href="/share">{t('ownWallet')}</ButtonLink>}>
      {t('localOnlyNote')}
    </Notice>
  );
}
