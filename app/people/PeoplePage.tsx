'use client';

import { useState } from 'react';
import { Address } from '../components/Address';
import { Button, ButtonLink } from '../components/Button';
import { Card } from '../components/Card';
import { Fault, PageFault } from '../components/Fault';
import { Field } from '../components/Field';
import { Icon } from '../components/Icon';
import { Identicon } from '../components/Identicon';
import { Notice } from '../components/Notice';
import { PageHead } from '../components/Page';
import { Skeleton } from '../components/Skeleton';
import { Words } from '../components/Words';
import { codeOf } from '../errors/sentence';
import { useTask } from '../hooks/useTask';
import { useText } from '../i18n/useText';
import { KeyGate } from '../keys/KeyGate';
import { useMe } from '../session/me';
import { useAsk } from '../session/useAsk';
import type { Acquaintance } from '../worker/acquaintances';
import { DemoPeople } from './DemoPeople';
import { peopleTexts } from './texts';

/** Whom I know. */
export function PeoplePage() {
  const t = useText(peopleTexts);
  return (
    <>
      <PageHead
        title={t('title')}
        action={
          <>
            <ButtonLink href="/keys">
              <Icon name="keys" size={18} /> {t('keys')}
            </ButtonLink>
            <ButtonLink href="/people/me" kind="primary">
              {t('mine')}
            </ButtonLink>
          </>
        }
      >
        {t('lead')}
      </PageHead>
      <KeyGate>
        <Known />
      </KeyGate>
    </>
  );
}

function Known() {
  const t = useText(peopleTexts);
  const people = useAsk('people', undefined);
  const list = people.data ?? [];
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1.6fr)_minmax(0,1fr)]">
      <div className="flex flex-col gap-4">
        {people.data === undefined && !people.isError && <Skeleton rows={1} shape="cards" />}
        {people.data === undefined && people.isError && <PageFault fault={people.error} onRetry={people.refetch} />}
        {people.data?.length === 0 && <Notice title={t('none')}>{t('noneNote')}</Notice>}
        {list.map((one) => (
          <Entry key={one.id} one={one} onChange={() => people.refetch()} />
        ))}
      </div>
      <Meet onMet={() => people.refetch()} />
    </div>
  );
}

function Meet({ onMet }: { readonly onMet: () => unknown }) {
  const t = useText(peopleTexts);
  const { session } = useMe();
  const task = useTask();
  const [text, setText] = useState(() => cardOfPlace());
  const [name, setName] = useState('');
  const meet = (card: string, called: string) =>
    task.run(async (signal) => {
      await session?.call('meet', { text: card, name: called }, { signal });
      setText('');
      setName('');
      onMet();
    });
  return (
    <Card>
      <h2 className="font-semibold text-lg">{t('meet')}</h2>
      <p className="mt-1 mb-4 text-quiet text-sm">{t('meetNote')}</p>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void meet(text, name);
        }}
      >
        <Field
          label={t('card')}
          value={text}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setText(event.target.value)}
        />
        <Field label={t('name')} value={name} autoComplete="off" onChange={(event) => setName(event.target.value)} />
        <Fault fault={task.fault} />
        <Button type="submit" kind="primary" busy={task.busy} disabled={text.trim() === ''}>
          {t('add')}
        </Button>
      </form>
      {process.env.NEXT_PUBLIC_FLAVOUR === 'local' && <DemoPeople label={t('demo')} onCard={meet} />}
    </Card>
  );
}

/** A card link that led here carries the card behind its #. */
const cardOfPlace = (): string => (location.hash.startsWith('#c1.') ? location.href : '');

function Entry({ one: kept, onChange }: { readonly one: Acquaintance; readonly onChange: () => unknown }) {
  const t = useText(peopleTexts);
  // The registry is asked again: whoever has published other keys since is not shared with unseen.
  const { data: one = kept, refetch } = useAsk('check', { id: kept.id });
  const { session } = useMe();
  const task = useTask();
  const name = one.name ?? t('somebody');
  const { claimed } = one;
  const [isOther, setOther] = useState(false);
  const act = (method: 'dismiss' | 'forgetPerson') =>
    task.run(async (signal) => {
      await session?.call(method, { id: one.id }, { signal });
      if (method !== 'forgetPerson') await refetch();
      onChange();
    });
  /** The words on the screen, which were compared: other keys may have come since. */
  const confirm = (words: readonly string[]) =>
    task.run(async (signal) => {
      setOther(false);
      try {
        await session?.call('confirm', { id: one.id, words }, { signal });
      } catch (error) {
        if (codeOf(error) !== 'E_WORDS') throw error;
        setOther(true);
      }
      await refetch();
      onChange();
    });
  return (
    <Card>
      <div data-testid="person" className="flex flex-wrap items-center gap-x-4 gap-y-3">
        <Identicon value={one.key} size={44} />
        <div className="min-w-0 flex-1">
          <h2 className="font-semibold text-lg leading-tight">{name}</h2>
          <p className="flex flex-wrap gap-x-2 text-quiet text-sm">
            {one.address !== undefined && <Address value={one.address} />}
            {one.verifiedAt !== undefined && (
              <span className="inline-flex items-center gap-1 whitespace-nowrap text-teal">
                <Icon name="check" size={14} /> {t('compared')}
              </span>
            )}
          </p>
        </div>
        <ButtonLink href={`/share#${one.id}`}>{t('share')}</ButtonLink>
      </div>
      {isOther && (
        <p role="alert" className="mt-4 text-amber">
          {t('otherWords', { name })}
        </p>
      )}
      {claimed === undefined ? (
        one.verifiedAt === undefined && (
          <div className="mt-4 flex flex-col gap-3 border-line border-t pt-4">
            <p className="text-quiet text-sm">{t('notCompared')}</p>
            <Words words={one.words} />
            <div className="flex flex-wrap gap-2">
              <Button busy={task.busy} onClick={() => confirm(one.words)}>
                {t('same')}
              </Button>
              <Button kind="quiet" onClick={() => act('forgetPerson')}>
                {t('forget')}
              </Button>
            </div>
          </div>
        )
      ) : (
        <div className="mt-4 flex flex-col gap-3 border-line border-t pt-4">
          <p className="text-amber">{t('changed', { name })}</p>
          <p className="text-quiet text-sm">{t('newWords')}</p>
          <Words words={claimed} tone="attention" />
          <p className="text-quiet text-sm">{t('oldWords')}</p>
          <Words words={one.words} />
          <div className="flex flex-wrap gap-2">
            <Button busy={task.busy} onClick={() => confirm(claimed)}>
              {t('same')}
            </Button>
            <Button kind="quiet" onClick={() => act('dismiss')}>
              {t('keep')}
            </Button>
          </div>
        </div>
      )}
      <Fault fault={task.fault} />
    </Card>
  );
}
