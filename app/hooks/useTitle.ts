'use client';

import { usePathname } from 'next/navigation';
import { useEffect } from 'react';
import { fullTitle, isTitled, titleTexts } from '../i18n/titles';
import { useLanguage, useText } from '../i18n/useText';

/** The window's title and the page's language, as the reader has chosen. */
export function useTitle(): void {
  const path = usePathname();
  const t = useText(titleTexts);
  const [language] = useLanguage();
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  useEffect(() => {
    if (!isTitled(path)) return;
    const title = fullTitle(t(path));
    const put = () => {
      if (document.title !== title) document.title = title;
    };
    put();
    // Next writes the exported title when a page has come, which may be after this.
    const watch = new MutationObserver(put);
    watch.observe(document.head, { childList: true, subtree: true, characterData: true });
    return () => watch.disconnect();
  }, [path, t]);
}
