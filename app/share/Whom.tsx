'use client';

import { useEffect, useState } from 'react';
import { Button } from '../components/Button';
import { Card } from '../components/Card';
import { Fault } from '../components/Fault';
import { Field } from '../components/Field';
import { Icon } from '../components/Icon';
import { Identicon } from '../components/Identicon';
import { Words } from '../components/Words';
import { codeOf } from '../errors/sentence';
import { useTask } from '../hooks/useTask';
import { useText } from '../i18n/useText';
import { DemoPeople } from '../people/DemoPeople';
import { peopleTexts } from '../people/texts';
import { useMe } from '../session/me';
import { useAsk } from '../session/useAsk';
import { sharingTexts } from '../sharing/texts';
import type { Acquaintance } from '../worker/acquaintances';
import type { Wish } from '../worker/inviting';
import { NoKey } from './NoKey';

/** Somebody without keys: he is invited, and the share waits for them. */
export type Guest = Pick<Wish, 'name' | 'as' | 'address'>;
export type Recipient = Acquaintance | Guest;

/** Whether he has keys, so that the share need not wait. */
export const isKnown = (whom: Recipient | undefined): whom is Acquaintance => whom !== undefined && 'id' in whom;

/** Who is invited, if it is nobody with keys. */
export const guestOf = (whom: Recipient | undefined): Guest | undefined =>
  whom === undefined || isKnown(whom) ? undefined : whom;

/** Whom to share with: somebody known, a card that is met now, or somebody who is invited because he has no keys. */
export function Whom({
  whom,
  onWhom,
}: {
  readonly whom: Recipient | undefined;
  readonly onWhom: (whom: Recipient | undefined) => void;
}) {
  const t = useText(sharingTexts);
  const p = useText(peopleTexts);
  const { session } = useMe();
  const people = useAsk('people', undefined);
  const task = useTask();
  const [text, setText] = useState('');
  const meet = (card: string, name?: string) =>
    task.run(async (signal) => {
      const met = await session?.call('meet', { text: card, ...(name !== undefined && { name }) }, { signal });
      if (met === undefined) return;
      setText('');
      onWhom(met);
      await people.refetch();
    });
  const known = isKnown(whom) ? whom : undefined;
  const unkeyed = codeOf(task.fault) === 'KEY_NOT_REGISTERED';
  const wanted = people.data?.find(({ id }) => `#${id}` === location.hash);
  useEffect(() => {
    if (wanted !== undefined && whom === undefined) onWhom(wanted);
  }, [wanted, whom, onWhom]);
  return (
    <Card>
      <h2 className="mb-3 font-semibold text-lg">{t('whom')}</h2>
      {(people.data?.length ?? 0) > 0 && (
        <fieldset className="mb-4">
          <legend className="mb-1.5 text-quiet text-sm">{t('pick')}</legend>
          <div className="flex flex-wrap gap-2">
            {people.data?.map((one) => (
              <Button
                key={one.id}
                aria-pressed={one.id === known?.id}
                className="px-3 aria-pressed:border-teal aria-pressed:bg-teal-wash"
                onClick={() => onWhom(one)}
              >
                <Identicon value={one.key} size={22} />
                {one.name ?? p('somebody')}
                {one.id === known?.id && <Icon name="check" size={16} />}
              </Button>
            ))}
          </div>
        </fieldset>
      )}
      <div className="flex flex-wrap items-end gap-2">
        <Field
          className="min-w-48 flex-1"
          label={t('orCard')}
          value={text}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setText(event.target.value)}
        />
        <Button busy={task.busy} disabled={text.trim() === ''} onClick={() => meet(text)}>
          {p('add')}
        </Button>
      </div>
      {process.env.NEXT_PUBLIC_FLAVOUR === 'local' && <DemoPeople label={t('demo')} onCard={meet} />}
      {!unkeyed && (
        <div className="mt-3">
          <Fault fault={task.fault} />
        </div>
      )}
      <NoKey
        guest={guestOf(whom)}
        address={unkeyed ? (text.trim() as Guest['address']) : undefined}
        onGuest={(guest) => {
          task.clear();
          setText('');
          onWhom(guest);
        }}
      />
      {known !== undefined && known.claimed === undefined && known.verifiedAt === undefined && (
        <div className="mt-4 flex flex-col gap-2 border-line border-t pt-4">
          <p className="text-quiet text-sm">{p('notCompared')}</p>
          <Words words={known.words} />
        </div>
      )}
      {known?.claimed !== undefined && (
        <div className="mt-4 flex flex-col gap-2 border-line border-t pt-4">
          <p className="text-amber">{p('changed', { name: known.name ?? p('somebody') })}</p>
          <Words words={known.claimed} tone="attention" />
        </div>
      )}
    </Card>
  );
}
