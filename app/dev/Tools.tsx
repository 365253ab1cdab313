'use client';

import { useState } from 'react';
import { useConnection } from 'wagmi';
import { Button } from '../components/Button';
import { Choice } from '../components/Choice';
import { Fault } from '../components/Fault';
import { Field } from '../components/Field';
import { Notice } from '../components/Notice';
import { PageHead } from '../components/Page';
import { Panel } from '../components/Panel';
import { Skeleton } from '../components/Skeleton';
import { type ControlState, type NodeMode, useControl } from '../hooks/useControl';
import { useTask } from '../hooks/useTask';
import { useLanguage, useText } from '../i18n/useText';
import { useChronicle } from '../network/useChronicle';
import { NodeLink } from '../network/Who';
import { clock, span } from '../network/words';
import { useSite } from '../providers';
import { devTexts } from './texts';

const modes: readonly NodeMode[] = ['run', 'stop', 'slow', 'lie'];

/** Time, money and switches of the local chain. */
export function Tools() {
  const t = useText(devTexts);
  const { controlUrl } = useSite();
  const { state } = useControl();
  return (
    <>
      <PageHead title={t('title')}>{t('lead')}</PageHead>
      {controlUrl === undefined ? (
        <Notice title={t('none')}>{t('noneNote')}</Notice>
      ) : (
        <div className="grid items-start gap-6 lg:grid-cols-2">
          <Time />
          <Faucet />
          <div className="lg:col-span-2">
            <Panel title={t('nodes')} note={t('nodesNote')}>
              {state === undefined ? <Skeleton rows={8} /> : <Switches nodes={state.nodes} />}
            </Panel>
          </div>
        </div>
      )}
    </>
  );
}

function Time() {
  const t = useText(devTexts);
  const [language] = useLanguage();
  const { order } = useControl();
  const { chronicle } = useChronicle();
  const task = useTask();
  const epochLength = chronicle?.rules.epochLength ?? 30;
  const now = chronicle?.timestamp;
  const ahead = now === undefined ? 0 : now - Math.floor(Date.now() / 1000);
  const steps = [
    { seconds: epochLength, text: t('epochs', { n: 1 }) },
    { seconds: 5 * epochLength, text: t('epochs', { n: 5 }) },
    { seconds: 3_600, text: span(3_600, language) },
    { seconds: 86_400, text: span(86_400, language) },
  ];
  return (
    <Panel title={t('time')} note={t('timeNote')}>
      <div className="p-5">
        <p aria-live="polite" className="min-h-12">
          {now !== undefined && t('chainTime', { time: clock(now, language) })}{' '}
          {ahead > 5 && <span className="text-amber">{t('ahead', { span: span(ahead, language) })}</span>}
        </p>
        <div className="mt-3 flex flex-wrap gap-2">
          {steps.map(({ seconds, text }) => (
            <Button key={seconds} disabled={task.busy} onClick={() => void task.run(() => order('/time', { seconds }))}>
              {t('go', { span: text })}
            </Button>
          ))}
        </div>
        <Fault fault={task.fault} />
      </div>
    </Panel>
  );
}

function Faucet() {
  const t = useText(devTexts);
  const { order } = useControl();
  const connected = useConnection().address ?? '';
  const [typed, setTyped] = useState<string>();
  const [given, setGiven] = useState(false);
  const task = useTask();
  const address = typed ?? connected;
  return (
    <Panel title={t('faucet')} note={t('faucetNote')}>
      <form
        className="flex flex-wrap items-end gap-3 p-5"
        onSubmit={(event) => {
          event.preventDefault();
          setGiven(false);
          void task.run(async () => {
            await order('/faucet', { address });
            setGiven(true);
          });
        }}
      >
        <Field
          label={t('address')}
          value={address}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setTyped(event.target.value)}
          className="min-w-0 grow basis-64"
        />
        <Button type="submit" kind="primary" busy={task.busy} disabled={!/^0x[0-9a-f]{40}$/i.test(address)}>
          {t('give')}
        </Button>
        <p role="status" className="w-full text-sm text-teal">
          {given && t('given')}
        </p>
        <Fault fault={task.fault} />
      </form>
    </Panel>
  );
}

function Switches({ nodes }: { readonly nodes: ControlState['nodes'] }) {
  const t = useText(devTexts);
  const { turn } = useControl();
  return (
    <>
      <ul>
        {nodes.map(({ name, address, mode }) => {
          const turning = turn.isPending && turn.variables?.name === name;
          return (
            <li
              key={name}
              className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 border-line border-b px-5 py-3 last:border-0"
              data-testid="switch"
            >
              <span>
                <NodeLink address={address} />
                <span className="ml-3 text-quiet text-sm">{name}</span>
              </span>
              <Choice
                label={turning ? t('turning') : t('mode', { name })}
                value={turning ? turn.variables.mode : mode}
                options={modes.map((value) => ({ value, text: t(`mode.${value}`) }))}
                onChange={(value) => turn.mutate({ name, mode: value })}
              />
            </li>
          );
        })}
      </ul>
      {turn.error !== null && (
        <div className="px-5 pb-4">
          <Fault fault={turn.error} />
        </div>
      )}
    </>
  );
}
