'use client';

import { frameTexts } from '../i18n/frame';
import { useText } from '../i18n/useText';
import { Button } from './Button';

/** Under a list that `useSome` shows: the way to what follows. */
export function More({ onMore }: { readonly onMore: () => void }) {
  const t = useText(frameTexts);
  return (
    <Button className="self-start" onClick={onMore}>
      {t('showMore')}
    </Button>
  );
}
