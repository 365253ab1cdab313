'use client';

import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useText } from '../i18n/useText';
import { sharingTexts } from './texts';

/** The three pages of one who shares. */
export function SharingTabs() {
  const t = useText(sharingTexts);
  const path = usePathname();
  const tabs = [
    { href: '/share', text: t('share') },
    { href: '/files', text: t('files') },
    { href: '/grants', text: t('grants') },
  ];
  return (
    <nav aria-label={t('share')} className="mb-6 flex gap-1 border-line border-b">
      {tabs.map(({ href, text }) => (
        <Link
          key={href}
          href={href}
          aria-current={path === href || path.startsWith(`${href}/`) ? 'page' : undefined}
          className="-mb-px flex min-h-11 items-center border-transparent border-b-2 px-4 text-quiet hover:text-ink aria-[current=page]:border-teal aria-[current=page]:font-medium aria-[current=page]:text-ink"
        >
          {text}
        </Link>
      ))}
    </nav>
  );
}
