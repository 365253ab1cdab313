'use client';

import Link from 'next/link';
import { lazy, Suspense } from 'react';
import { Place } from '../home/Place';
import { homeTexts } from '../i18n/home';
import { useText } from '../i18n/useText';
import { ButtonLink } from './Button';
import { Dial } from './Dial';
import { Icon, type IconName } from './Icon';
import { Ready } from './Ready';

const doors = [
  { href: '/share', icon: 'share', title: 'shareDoor', note: 'shareNote' },
  { href: '/inbox', icon: 'inbox', title: 'openDoor', note: 'openNote' },
  { href: '/operate', icon: 'operate', title: 'nodeDoor', note: 'nodeNote' },
] as const satisfies readonly { href: string; icon: IconName; title: string; note: string }[];

/** What stands on wagmi: it comes with it, after the first paint. */
const Mine = lazy(() => import('../home/Mine').then(({ Mine }) => ({ default: Mine })));

/** The front page: one sentence and the way to try it, or what is mine for whoever is connected; three doors. */
export function Home() {
  const t = useText(homeTexts);
  return (
    <div className="flex flex-col gap-12">
      <section className="flex flex-col items-start justify-between gap-8 pt-4 in-data-known:hidden md:flex-row-reverse md:items-center md:pt-12">
        {/* First, as a phone shows it: a page of which half has come would put it above the words when the rest does. */}
        <div className="shrink-0 self-center max-md:[&>svg]:size-36">
          <Dial shares={5} threshold={3} lit={3} size={232} label={t('dial')} />
        </div>
        <div className="max-w-xl">
          <h1 className="text-balance font-semibold text-[2.15rem] leading-[1.1] tracking-[-0.015em] sm:text-5xl">
            {t('title')}
          </h1>
          <p className="mt-5 text-pretty text-lg text-quiet">{t('lead')}</p>
          <div className="mt-8 flex flex-wrap gap-3">
            <ButtonLink href="/start" kind="primary" className="min-h-12 px-6">
              {t(process.env.NEXT_PUBLIC_FLAVOUR === 'local' ? 'try' : 'story')}
            </ButtonLink>
            <ButtonLink href="/share" className="min-h-12 px-5">
              {t('shareDoor')}
            </ButtonLink>
          </div>
        </div>
      </section>
      <Ready fallback={<Place />}>
        <Suspense fallback={<Place />}>
          <Mine />
        </Suspense>
      </Ready>
      <ul className="grid gap-4 md:grid-cols-3">
        {doors.map(({ href, icon, title, note }) => (
          <li key={href}>
            <Link
              href={href}
              className="group flex h-full flex-col gap-2 rounded-card border border-line bg-raised p-5 transition-colors hover:border-edge"
            >
              <span className="text-teal">
                <Icon name={icon} size={24} />
              </span>
              <span className="font-semibold text-lg">{t(title)}</span>
              <span className="text-pretty text-quiet">{t(note)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
