'use client';

import Link from 'next/link';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import { PageHead } from '../components/Page';
import { useText } from '../i18n/useText';
import { networkTexts } from './texts';

const parts = [
  { href: '/network', text: 'overview' },
  { href: '/network/policies', text: 'policies' },
  { href: '/network/events', text: 'events' },
  { href: '/network/quorum', text: 'quorum' },
] as const;

/** The head of every page of the network: its title and its parts. */
export function NetworkHead({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  const t = useText(networkTexts);
  const path = usePathname();
  return (
    <>
      <PageHead title={title}>{children}</PageHead>
      <nav aria-label={t('parts')} className="-mx-4 mb-6 overflow-x-auto border-line border-b px-4 sm:mx-0 sm:px-0">
        <ul className="flex gap-1">
          {parts.map(({ href, text }) => (
            <li key={href}>
              <Link
                href={href}
                aria-current={path === href ? 'page' : undefined}
                className="flex min-h-11 items-center whitespace-nowrap border-transparent border-b-2 px-3 text-quiet hover:text-ink aria-[current=page]:border-teal aria-[current=page]:font-medium aria-[current=page]:text-ink"
              >
                {t(text)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
    </>
  );
}
