'use client';

import { useState } from 'react';
import { useBalance, useConnect, useConnection, useConnectors, useDisconnect } from 'wagmi';
import { sentenceOfError } from '../errors/sentence';
import { units18 } from '../format';
import { frameTexts } from '../i18n/frame';
import { useLanguage, useText } from '../i18n/useText';
import { personaPrefix } from '../wallet/persona';
import { Address } from './Address';
import { Button, ButtonLink } from './Button';
import { Identicon } from './Identicon';
import { Preferences } from './Preferences';
import { Sheet } from './Sheet';

/** Who is here: connect, see the account, disconnect. Reading needs none of it; a wallet on another chain is `Standing`'s matter. */
export function Account() {
  const t = useText(frameTexts);
  const connection = useConnection();
  // Two sheets: the one that connects is gone when the other could open.
  const [open, setOpen] = useState<'choices' | 'mine'>();
  const close = () => setOpen(undefined);
  if (connection.status !== 'connected') {
    return (
      <>
        <Button kind="primary" onClick={() => setOpen('choices')}>
          {t('connect')}
        </Button>
        <Sheet open={open === 'choices'} onClose={close} title={t('connectTitle')}>
          <Choices close={close} />
        </Sheet>
      </>
    );
  }
  const { address, connector } = connection;
  const name =
    process.env.NEXT_PUBLIC_FLAVOUR === 'local' && connector.id.startsWith(personaPrefix) ? connector.name : undefined;
  return (
    <>
      <Button
        className="px-3"
        data-testid="account"
        aria-label={t('account', { name: name ?? address })}
        onClick={() => setOpen('mine')}
      >
        <Identicon value={address} size={22} />
        {name ?? (
          <span className="max-xs:sr-only">
            <Address value={address} />
          </span>
        )}
      </Button>
      <Sheet open={open === 'mine'} onClose={close} title={t('accountTitle')}>
        <Mine name={name} close={close} />
      </Sheet>
    </>
  );
}

function Mine({ name, close }: { readonly name: string | undefined; readonly close: () => void }) {
  const t = useText(frameTexts);
  const { address } = useConnection();
  const balance = useBalance({ address });
  const disconnect = useDisconnect();
  return (
    <div className="flex flex-col gap-5">
      <div className="flex items-center gap-3">
        {address !== undefined && <Identicon value={address} size={40} />}
        <div className="min-w-0">
          {name !== undefined && <p className="font-semibold">{name}</p>}
          <p className="break-all font-mono text-quiet text-xs">{address}</p>
        </div>
      </div>
      <dl className="flex justify-between border-line border-y py-3">
        <dt className="text-quiet">{t('balance')}</dt>
        <dd className="font-medium">{balance.data === undefined ? '…' : `${units18(balance.data.value)} ETH`}</dd>
      </dl>
      <Places close={close} />
      <Preferences />
      <Button
        onClick={() => {
          disconnect.mutate({});
          close();
        }}
      >
        {t('disconnect')}
      </Button>
    </div>
  );
}

/** What is about this account and this device, and has no place among the five. */
function Places({ close }: { readonly close: () => void }) {
  const t = useText(frameTexts);
  const places = [
    { href: '/keys', text: t('keys') },
    { href: '/activity', text: t('activity') },
    { href: '/settings', text: t('settings') },
  ];
  return (
    // The page that it leads to lies behind the sheet.
    <nav aria-label={t('accountTitle')} onClickCapture={close} className="grid grid-cols-3 gap-2">
      {places.map(({ href, text }) => (
        <ButtonLink key={href} href={href} className="px-2">
          {text}
        </ButtonLink>
      ))}
    </nav>
  );
}

function Choices({ close }: { readonly close: () => void }) {
  const t = useText(frameTexts);
  const [language] = useLanguage();
  const connectors = useConnectors();
  const connect = useConnect();
  const people =
    process.env.NEXT_PUBLIC_FLAVOUR === 'local' ? connectors.filter(({ id }) => id.startsWith(personaPrefix)) : [];
  const wallets = connectors.filter((one) => !people.includes(one));
  const choose = (connector: (typeof connectors)[number]) => connect.mutate({ connector }, { onSuccess: close });
  return (
    <div className="flex flex-col gap-5">
      <p className="text-quiet">{t('connectNote')}</p>
      {process.env.NEXT_PUBLIC_FLAVOUR === 'local' && people.length > 0 && (
        <section>
          <h3 className="font-medium">{t('demoPeople')}</h3>
          <p className="mb-3 text-quiet text-sm">{t('demoNote')}</p>
          <div className="grid grid-cols-2 gap-2">
            {people.map((one) => (
              <Button key={one.uid} className="justify-start px-3" onClick={() => choose(one)}>
                {one.name}
              </Button>
            ))}
          </div>
        </section>
      )}
      <section>
        <h3 className="mb-2 font-medium">{t('wallets')}</h3>
        {wallets.length === 0 && <p className="text-quiet text-sm">{t('noWallet')}</p>}
        <ul className="flex flex-col gap-2">
          {wallets.map((one) => (
            <li key={one.uid}>
              <Button className="w-full justify-start" onClick={() => choose(one)}>
                {one.icon?.startsWith('data:image/') && <img src={one.icon} alt="" width={24} height={24} />}
                {one.name}
              </Button>
            </li>
          ))}
        </ul>
      </section>
      {connect.error !== null && (
        <p role="alert" className="text-amber text-sm">
          {connect.error.name === 'UserRejectedRequestError'
            ? t('declined')
            : t('walletSaid', { why: sentenceOfError(connect.error, language) })}
        </p>
      )}
      <Places close={close} />
      <Preferences />
    </div>
  );
}
