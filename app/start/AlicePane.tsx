'use client';

import { useEffect, useState } from 'react';
import { Button } from '../components/Button';
import { Fault } from '../components/Fault';
import { FilePicker } from '../components/FilePicker';
import { Icon } from '../components/Icon';

import { bytes, timeOf, units18 } from '../format';
import { headTime } from '../hooks/headTime';
import { useTask } from '../hooks/useTask';
import { useLanguage, useText } from '../i18n/useText';
import { useSite } from '../providers';
import type { Session } from '../session/session';
import { type Step, Steps } from '../sharing/Steps';
import { type GrantStage, stageOfEvent } from '../sharing/stage';
import { Pane } from './Pane';
import type { Shared } from './Story';
import { startTexts } from './texts';

const terms = { threshold: 3, shares: 5 } as const;
const hour = 3_600;

/** Alice's side: a file, one button, what it does, what it cost, and the way out. */
export function AlicePane({
  session,
  bob,
  here,
  onHere,
  shared,
  onShared,
  revoked,
  onRevoked,
}: {
  readonly session: Session | undefined;
  readonly bob: Session | undefined;
  readonly here: boolean;
  readonly onHere: (here: boolean) => void;
  readonly shared: Shared | undefined;
  readonly onShared: (shared: Shared) => void;
  readonly revoked: bigint | undefined;
  readonly onRevoked: (refundWei: bigint) => void;
}) {
  const t = useText(startTexts);
  const [language] = useLanguage();
  const site = useSite();
  const task = useTask();
  const [chosen, setChosen] = useState<File>();
  const [glimpse, setGlimpse] = useState<string>();
  const [stage, setStage] = useState<GrantStage>();
  const sample = useSample(t('sampleName'), t('sample'));
  const file = chosen ?? sample;

  const share = () =>
    task.run(async (signal) => {
      if (session === undefined || bob === undefined || file === undefined) return;
      setGlimpse(undefined);
      setStage('encrypt');
      const own = await session.call('encrypt', { file }, { signal });
      setGlimpse(own.glimpse);
      setStage('ack');
      const until = (await headTime(site.rpcUrl)) + hour;
      const { card } = await bob.call('identity', undefined);
      const granted = await session.call(
        'grant',
        { ...terms, until, fileId: own.id, to: { card }, whom: 'Bob', hello: false },
        { signal, title: t('share'), onProgress: (event) => setStage((now) => stageOfEvent(event) ?? now) },
      );
      setStage('tell');
      await bob.call('look', { link: granted.link });
      setStage('done');
      onShared({ ...granted, name: file.name, size: file.size });
    });
  const revoke = () =>
    task.run(async (signal) => {
      if (session === undefined || shared === undefined) return;
      const { policyId } = shared;
      const { refundWei } = await session.call('revoke', { policyId }, { signal, title: t('revoke') });
      onRevoked(refundWei);
    });

  if (!here) {
    return (
      <Pane name={t('alice')} role={t('aliceRole')} gone>
        <div className="flex flex-1 flex-col items-start justify-center gap-3">
          <p className="font-medium text-lg">{t('closed')}</p>
          <p className="text-quiet">{t('closedNote')}</p>
          <Button onClick={() => onHere(true)}>{t('bring')}</Button>
        </div>
      </Pane>
    );
  }
  const steps: readonly Step[] = [
    { stage: 'encrypt', text: t('stepEncrypt') },
    { stage: 'ack', text: t('stepAck') },
    { stage: 'pay', text: t('stepPaid') },
    { stage: 'store', text: t('stepStored') },
    { stage: 'tell', text: t('stepTold') },
  ];
  return (
    <Pane name={t('alice')} role={t('aliceRole')}>
      {stage === undefined && (
        <div className="flex flex-1 flex-col gap-4">
          <FilePicker file={file} onFile={setChosen} hint={t('drop')} choose={t('choose')} />
          <div className="mt-auto">
            <Button kind="primary" className="w-full" busy={task.busy} disabled={!session || !bob} onClick={share}>
              {t('share')}
            </Button>
          </div>
        </div>
      )}
      {stage !== undefined && (
        <div className="flex flex-1 flex-col gap-4">
          <div>
            <p className="font-medium">
              {file?.name} <span className="font-normal text-quiet">{bytes(file?.size ?? 0)}</span>
            </p>
            {glimpse !== undefined && (
              <p className="rise mt-2 break-all rounded-lg bg-sunk px-3 py-2 font-mono text-quiet text-xs leading-relaxed">
                … {glimpse.slice(2)}
                <span className="mt-1 block font-sans">{t('ciphertext')}</span>
              </p>
            )}
          </div>
          <Steps steps={steps} at={stage} failed={task.fault !== undefined && stage !== 'done'} />
          {shared !== undefined && stage === 'done' && revoked === undefined && (
            <p className="rise text-pretty text-sm">
              {t('receipt', { until: timeOf(shared.expiresAt, language), paid: units18(shared.depositWei ?? 0n, 6) })}
            </p>
          )}
          {revoked !== undefined && (
            <p className="rise text-amber" role="status">
              {t('revoked', { refund: units18(revoked, 6) })}
            </p>
          )}
          <Fault fault={task.fault} />
          <div className="mt-auto flex flex-wrap gap-2">
            {stage === 'done' && revoked === undefined && (
              <>
                <Button className="flex-1" onClick={() => onHere(false)}>
                  {t('close')}
                </Button>
                <Button kind="loss" className="flex-1" busy={task.busy} title={t('revokeNote')} onClick={revoke}>
                  {t('revoke')}
                </Button>
              </>
            )}
            {(revoked !== undefined || (task.fault !== undefined && stage !== 'done')) && (
              <Button
                className="flex-1"
                onClick={() => {
                  task.clear();
                  setStage(undefined);
                }}
              >
                <Icon name="share" /> {t('restart')}
              </Button>
            )}
          </div>
        </div>
      )}
    </Pane>
  );
}

/** The sample as a file. Made in an effect: the exported page has no `File`. */
function useSample(name: string, text: string): File | undefined {
  const [file, setFile] = useState<File>();
  useEffect(() => setFile(new File([text], name, { type: 'text/plain' })), [name, text]);
  return file;
}
