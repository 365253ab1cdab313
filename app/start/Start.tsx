'use client';

import { type ComponentType, lazy, Suspense } from 'react';
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
      {Story === undefined ? (
        <Nobody />
      ) : (
        <Ready fallback={soon}>
          <Played by={Story} />
        </Ready>
      )}
    </>
  );
}

const soon = <div className="min-h-[36rem]" />;

function Played({ by: Story }: { readonly by: ComponentType }) {
  if (!useSite().personas?.some(({ seed }) => seed !== undefined)) return <Nobody />;
  return (
    <Suspense fallback={soon}>
      <Story />
    </Suspense>
  );
}

/** Nobody here to play it. */
function Nobody() {
  const t = useText(startTexts);
  return (
    <Notice title={t('localOnly')} action={<ButtonLink href="/share">{t('ownWallet')}</ButtonLink>}>
      {t('localOnlyNote')}
    </Notice>
  );
}
