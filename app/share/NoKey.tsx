'use client';

import { type KeyboardEvent, useState } from 'react';
import { Address } from '../components/Address';
import { Button } from '../components/Button';
import { Field } from '../components/Field';
import { Icon } from '../components/Icon';
import { useText } from '../i18n/useText';
import { useMe } from '../session/me';
import { sharingTexts } from '../sharing/texts';
import type { Guest } from './Whom';

/** For somebody who has no keys yet: his name is enough to keep the share for him. */
export function NoKey({
  guest,
  address,
  onGuest,
}: {
  /** Who is chosen already. */
  readonly guest: Guest | undefined;
  /** An account that was tried and has published nothing. */
  readonly address: Guest['address'];
  readonly onGuest: (guest: Guest | undefined) => unknown;
}) {
  const t = useText(sharingTexts);
  const [asked, setAsked] = useState(false);
  const [name, setName] = useState('');
  const [as, setAs] = useState('');
  const { name: me } = useMe();
  if (guest !== undefined) {
    return (
      <div
        data-testid="guest"
        className="rise mt-4 flex items-center gap-3 rounded-[10px] border border-teal bg-teal-wash px-4 py-2"
      >
        <p className="min-w-0 flex-1">
          <span className="font-medium">{guest.name}</span>{' '}
          {guest.address !== undefined && <Address value={guest.address} />}
          <span className="block text-quiet text-sm">{t('guestNote')}</span>
        </p>
        <Button kind="quiet" className="px-3" aria-label={t('guestNot')} onClick={() => onGuest(undefined)}>
          <Icon name="cross" size={18} />
        </Button>
      </div>
    );
  }
  if (!asked && address === undefined) {
    return (
      <Button kind="quiet" className="-ml-4 mt-2" onClick={() => setAsked(true)}>
        {t('noKeyYet')}
      </Button>
    );
  }
  const invite = () => {
    const own = as.trim();
    onGuest({ name: name.trim(), ...(own !== '' && { as: own }), ...(address !== undefined && { address }) });
    setAsked(false);
    setName('');
  };
  // Enter in here is no order to share.
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    if (name.trim() !== '') invite();
  };
  return (
    <div className="rise mt-4 flex flex-col gap-3 border-line border-t pt-4" data-testid="no-key">
      <p className="text-pretty text-quiet text-sm">{t(address === undefined ? 'noKeyNote' : 'noKeyAt')}</p>
      <div className="grid gap-3 sm:grid-cols-2">
        <Field
          label={t('guestName')}
          value={name}
          maxLength={64}
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
          onKeyDown={onKeyDown}
        />
        {me === undefined && (
          <Field
            label={t('hostName')}
            value={as}
            maxLength={40}
            autoComplete="name"
            onChange={(event) => setAs(event.target.value)}
            onKeyDown={onKeyDown}
          />
        )}
      </div>
      <Button className="self-start" disabled={name.trim() === ''} onClick={invite}>
        {t('inviteThem')}
      </Button>
    </div>
  );
}
