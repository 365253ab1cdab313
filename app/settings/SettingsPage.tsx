'use client';

import { httpRpc } from 'dintel/chain';
import { type ReactNode, useEffect, useState } from 'react';
import { useDisconnect } from 'wagmi';
import { Button, ButtonLink } from '../components/Button';
import { Card } from '../components/Card';
import { Fault } from '../components/Fault';
import { Field } from '../components/Field';
import { PageHead } from '../components/Page';
import { Preferences } from '../components/Preferences';
import { Ready } from '../components/Ready';
import { Sheet } from '../components/Sheet';
import { Skeleton } from '../components/Skeleton';
import { bytes } from '../format';
import { useTask } from '../hooks/useTask';
import { useText } from '../i18n/useText';
import { useSite } from '../providers';
import { useMe } from '../session/me';
import { rpcKey } from '../siteConfig';
import { forgetEverything } from './reset';
import { settingsTexts } from './texts';

/** What a reader may choose, and what this device keeps. */
export function SettingsPage() {
  const t = useText(settingsTexts);
  return (
    <>
      <PageHead title={t('title')}>{t('lead')}</PageHead>
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
        <Section title={t('look')}>
          <Preferences />
        </Section>
        <Section title={t('device')} note={t('keptNote')}>
          <Ready fallback={<Skeleton rows={2} />}>
            <Device />
          </Ready>
        </Section>
        <div className="lg:col-span-2">
          <Section title={t('network')} note={t('networkNote')}>
            <Ready fallback={<Skeleton rows={8} />}>
              <Network />
            </Ready>
          </Section>
        </div>
      </div>
    </>
  );
}

function Section({
  title,
  note,
  children,
}: {
  readonly title: string;
  readonly note?: string;
  readonly children: ReactNode;
}) {
  return (
    <Card>
      <h2 className="font-semibold text-lg">{title}</h2>
      {note !== undefined && <p className="mt-1 text-pretty text-quiet">{note}</p>}
      <div className="mt-4">{children}</div>
    </Card>
  );
}

const contracts = ['token', 'escrow', 'policyManager', 'adjudicator', 'keyRegistry'] as const;

function Network() {
  const t = useText(settingsTexts);
  const { chainName, rpcUrl, deployment } = useSite();
  const rows = [
    [t('chain'), `${chainName}, ${t('chainId', { id: String(deployment.chainId) })}`],
    ...contracts.map((name) => [t(name), deployment[name]] as const),
    [t('rpc'), rpcUrl],
  ] as const;
  return (
    <div className="flex flex-col gap-5">
      <dl className="border-line border-t">
        {rows.map(([name, value]) => (
          <div
            key={name}
            className="grid grid-cols-1 gap-x-4 border-line border-b py-2.5 sm:grid-cols-[11rem_minmax(0,1fr)]"
          >
            <dt className="text-quiet">{name}</dt>
            <dd className={`break-all ${/^(0x|http)/.test(value) ? 'font-mono text-sm leading-6' : ''}`}>{value}</dd>
          </div>
        ))}
      </dl>
      <OwnRpc />
    </div>
  );
}

/** Another way to the same chain, tried before it is taken. */
function OwnRpc() {
  const t = useText(settingsTexts);
  const { deployment } = useSite();
  const task = useTask();
  const [url, setUrl] = useState('');
  const [own, setOwn] = useState(false);
  useEffect(() => setOwn(localStorage.getItem(rpcKey) !== null), []);
  const take = () =>
    task.run(async () => {
      const got = Number(await httpRpc(url.trim()).request('eth_chainId', []));
      const id = deployment.chainId;
      if (got !== id) throw new Error(t('wrongChain', { got: String(got), id: String(id) }));
      localStorage.setItem(rpcKey, url.trim());
      location.reload();
    });
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        void take();
      }}
    >
      <div className="flex flex-wrap items-end gap-2">
        <Field
          className="min-w-52 flex-1"
          label={t('rpcOwn')}
          type="url"
          placeholder="https://"
          value={url}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setUrl(event.target.value)}
        />
        <Button type="submit" busy={task.busy} disabled={URL.parse(url.trim()) === null}>
          {t('use')}
        </Button>
        {own && (
          <Button
            onClick={() => {
              localStorage.removeItem(rpcKey);
              location.reload();
            }}
          >
            {t('back')}
          </Button>
        )}
      </div>
      <p className="text-quiet text-sm">{t('rpcNote')}</p>
      <Fault fault={task.fault} />
    </form>
  );
}

/** What is kept here, and a way to be rid of it. */
function Device() {
  const t = useText(settingsTexts);
  const { session } = useMe();
  const disconnect = useDisconnect();
  const task = useTask();
  const [used, setUsed] = useState<number>();
  const [asked, setAsked] = useState(false);
  const [sure, setSure] = useState(false);
  useEffect(() => {
    void navigator.storage?.estimate().then(({ usage }) => setUsed(usage));
  }, []);
  return (
    <div className="flex flex-col gap-4">
      <p className="min-h-6 text-quiet text-sm">{used !== undefined && t('used', { size: bytes(used) })}</p>
      <div className="flex flex-wrap gap-2">
        <ButtonLink href="/activity">{t('activity')}</ButtonLink>
        <ButtonLink href="/keys">{t('keys')}</ButtonLink>
        <Button kind="loss" onClick={() => setAsked(true)}>
          {t('reset')}
        </Button>
      </div>
      <Sheet open={asked} onClose={() => setAsked(false)} title={t('resetTitle')}>
        <div className="flex flex-col gap-4">
          <p className="text-pretty">{t('resetNote')}</p>
          <label className="flex cursor-pointer items-start gap-3">
            <input
              type="checkbox"
              className="mt-1 size-5 accent-teal"
              checked={sure}
              onChange={(event) => setSure(event.target.checked)}
            />
            <span>{t('resetSure')}</span>
          </label>
          <Button
            kind="loss"
            busy={task.busy}
            disabled={!sure}
            onClick={() =>
              task.run(async () => {
                session?.end();
                // The wallet is asked to forget this site as well, or it connects on the next page; one that cannot keeps nobody from it.
                await disconnect.mutateAsync({}).catch(() => undefined);
                await forgetEverything();
              })
            }
          >
            {t('resetDo')}
          </Button>
          <Fault fault={task.fault} />
        </div>
      </Sheet>
    </div>
  );
}
