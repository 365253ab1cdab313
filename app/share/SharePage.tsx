'use client';

import { PageHead } from '../components/Page';
import { useText } from '../i18n/useText';
import { WordsGate } from '../keys/WordsGate';
import { PayGate } from '../sharing/PayGate';
import { SharingTabs } from '../sharing/SharingTabs';
import { sharingTexts } from '../sharing/texts';
import { ShareForm } from './ShareForm';

/** Share a file with somebody. */
export function SharePage() {
  const t = useText(sharingTexts);
  return (
    <>
      <PageHead title={t('title')}>{t('lead')}</PageHead>
      <SharingTabs />
      <PayGate>
        <WordsGate>
          <ShareForm />
        </WordsGate>
      </PayGate>
    </>
  );
}
