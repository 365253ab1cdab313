'use client';

import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { lazy, Suspense } from 'react';
import { frameTexts } from '../i18n/frame';
import { useText } from '../i18n/useText';
import { Dial } from './Dial';
import { Icon, type IconName } from './Icon';
import { Ready } from './Ready';

/** The five places of the app; each holds others (`under`), which light it up too. */
const places = [
  { href: '/share', text: 'share', icon: 'share', under: ['/share', '/files', '/grants'] },
  { href: '/inbox', text: 'inbox', icon: 'inbox', under: ['/inbox', '/open'] },
  { href: '/people', text: 'people', icon: 'people', under: ['/people', '/keys'] },
  { href: '/operate', text: 'operate', icon: 'operate', under: ['/operate'] },
  { href: '/network', text: 'network', icon: 'network', under: ['/network'] },
] as const satisfies readonly { href: string; text: string; icon: IconName; under: readonly string[] }[];

const isUnder = (path: string, under: readonly string[]): boolean =>
  under.some((start) => path === start || path.startsWith(`${start}/`));

/** What stands on wagmi: it comes with it, after the first paint. */
const Corner = lazy(() => import('./Corner').then(({ Corner }) => ({ default: Corner })));
const soon = <span className="h-11 w-28 rounded-[10px] bg-sunk" />;

/** Name, places, network, activity and account; on a narrow window the places stand at the foot (`Foot`). */
export function Header() {
  const t = useText(frameTexts);
  const path = usePathname();
  return (
    <header className="sticky top-0 z-20 border-line border-b bg-paper/95 backdrop-blur-sm">
      <div className="mx-auto flex h-16 max-w-6xl items-center justify-between gap-3 px-4 sm:px-6">
        <Link href="/" className="flex items-center gap-2 font-semibold text-lg" aria-label={t('home')}>
          <Dial shares={5} threshold={3} lit={3} />
          Dintel
        </Link>
        <nav aria-label={t('main')} className="hidden gap-1 md:flex">
          {places.map(({ href, text, under }) => (
            <Link
              key={href}
              href={href}
              aria-current={isUnder(path, under) ? 'page' : undefined}
              className="flex min-h-10 items-center rounded-lg px-3 text-quiet hover:text-ink aria-[current=page]:font-medium aria-[current=page]:text-ink aria-[current=page]:underline aria-[current=page]:decoration-2 aria-[current=page]:decoration-teal aria-[current=page]:underline-offset-[0.6em]"
            >
              {t(text)}
            </Link>
          ))}
        </nav>
        <div className="flex min-h-11 items-center gap-2">
          <Ready fallback={soon} quiet>
            <Suspense fallback={soon}>
              <Corner />
            </Suspense>
          </Ready>
        </div>
      </div>
    </header>
  );
}

/** The places on a narrow window: five words with their signs, within a thumb's reach. */
export function Foot() {
  const t = useText(frameTexts);
  const path = usePathname();
  return (
    <nav
      aria-label={t('main')}
      className="fixed inset-x-0 bottom-0 z-20 border-line border-t bg-paper pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      <ul className="mx-auto flex max-w-md">
        {places.map(({ href, text, icon, under }) => (
          <li key={href} className="min-w-0 flex-1">
            <Link
              href={href}
              aria-current={isUnder(path, under) ? 'page' : undefined}
              className="flex h-16 flex-col items-center justify-center gap-1 text-quiet text-xs aria-[current=page]:font-medium aria-[current=page]:text-teal"
            >
              <Icon name={icon} size={22} />
              {t(text)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
