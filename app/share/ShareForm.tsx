'use client';

import { useRef, useState } from 'react';
import { Button, ButtonLink } from '../components/Button';
import { Card } from '../components/Card';
import { Choice } from '../components/Choice';
import { Copy } from '../components/Copy';
import { Fault, PageFault } from '../components/Fault';
import { Field } from '../components/Field';
import { FilePicker } from '../components/FilePicker';
import { Icon } from '../components/Icon';
import { Skeleton } from '../components/Skeleton';
import { bytes } from '../format';
import { useTask } from '../hooks/useTask';
import { useLanguage, useText } from '../i18n/useText';
import { useMe } from '../session/me';
import { useAsk } from '../session/useAsk';
import { type Step, Steps } from '../sharing/Steps';
import { type GrantStage, stageOfEvent } from '../sharing/stage';
import { sharingTexts } from '../sharing/texts';
import { delaysFor, durationsFor, lasting } from '../sharing/times';
import type { Invitation } from '../worker/inviting';
import type { Granted, OwnFile } from '../worker/sharing';
import { Invitations } from './Invitations';
import { Invited } from './Invited';
import { Later } from './Later';
import { Price } from './Price';
import { Summary } from './Summary';
import { Unfinished } from './Unfinished';
import { guestOf, isKnown, type Recipient, Whom } from './Whom';

const quorums = [
  { threshold: 2, shares: 3 },
  { threshold: 3, shares: 5 },
  { threshold: 5, shares: 9 },
] as const;
const usual = 1;

/** What, for whom, how protected, until when, for how much; then one button. */
export function ShareForm() {
  const t = useText(sharingTexts);
  const [language] = useLanguage();
  const { session } = useMe();
  const time = useAsk('chainTime', undefined);
  const files = useAsk('files', undefined);
  const task = useTask();
  const [file, setFile] = useState<File | OwnFile>();
  const [whom, setWhom] = useState<Recipient>();
  const [quorum, setQuorum] = useState<number>(usual);
  const [lasts, setLasts] = useState<number>();
  const [startsIn, setStartsIn] = useState(0);
  const [note, setNote] = useState('');
  const [tell, setTell] = useState(true);
  const [stage, setStage] = useState<GrantStage>();
  const [granted, setGranted] = useState<Granted>();
  const [invited, setInvited] = useState<Invitation>();
  const wish = useRef<{ readonly key: string; readonly id: string }>(undefined);

  const durations = durationsFor(time.data?.epochLength ?? 0);
  const chosen = lasts ?? durations[1] ?? durations[0] ?? 0;
  const terms = quorums[quorum] ?? quorums[usual];
  const delays = delaysFor(time.data?.epochLength ?? 0, chosen);
  // What was chosen for a shorter share may not fit a longer one.
  const delay = delays.includes(startsIn) ? startsIn : 0;
  const now = time.data?.timestamp ?? 0;
  const until = now + delay + chosen;
  const kept = files.data?.find(({ id }) => `#${id}` === location.hash);
  const what = file ?? kept;
  const name = whom?.name ?? t('somebody');
  const known = isKnown(whom) ? whom : undefined;
  const guest = guestOf(whom);
  const hello = tell && known?.address !== undefined;

  /** The same wish has the same name until it came true: asked again, the same grant goes on, and nobody pays twice. */
  const wishFor = (about: readonly unknown[]): string => {
    const key = JSON.stringify(about);
    if (wish.current?.key !== key) wish.current = { key, id: crypto.randomUUID() };
    return wish.current.id;
  };
  const share = () =>
    task.run(async (signal) => {
      if (session === undefined || what === undefined || whom === undefined) return;
      setGranted(undefined);
      if (guest === undefined) setStage('encrypt');
      const own = what instanceof File ? await session.call('encrypt', { file: what }, { signal }) : what;
      setFile(own);
      if (guest !== undefined) {
        const later = delay > 0 && { startsIn: delay };
        const wish = { ...guest, ...terms, fileId: own.id, lasts: chosen, ...later, ...(note !== '' && { note }) };
        return setInvited(await session.call('invite', wish, { signal }));
      }
      if (known === undefined) return;
      setStage('ack');
      const { timestamp } = await session.call('chainTime', undefined, { signal });
      const asked = {
        ...terms,
        until: timestamp + delay + chosen,
        ...(delay > 0 && { startsAt: timestamp + delay }),
        fileId: own.id,
        to: { person: known.id },
        whom: name,
        hello,
        wish: wishFor([own.id, known.id, terms, chosen, delay, note, hello]),
      };
      const done = await session.call(
        'grant',
        { ...asked, ...(note !== '' && { note }) },
        {
          signal,
          // The list of activity lies in the clear: no name of a file.
          title: t('title'),
          onProgress: (event) => setStage((now) => stageOfEvent(event) ?? now),
        },
      );
      wish.current = undefined;
      setStage('done');
      setGranted(done);
    });

  if (time.data === undefined) {
    return time.isError ? <PageFault fault={time.error} onRetry={time.refetch} /> : <Skeleton rows={2} shape="cards" />;
  }
  const steps: readonly Step[] = [
    { stage: 'encrypt', text: t('stepEncrypt') },
    { stage: 'ack', text: t('stepAck') },
    { stage: 'pay', text: t('stepPaid') },
    { stage: 'store', text: t('stepStored') },
  ];
  if (invited !== undefined) {
    return (
      <Invited
        invitation={invited}
        onAgain={() => {
          setInvited(undefined);
          setFile(undefined);
          setWhom(undefined);
        }}
      />
    );
  }
  if (stage !== undefined) {
    return (
      <Card className="mx-auto max-w-xl">
        <h2 className="mb-1 font-semibold text-xl">{granted ? t('done', { name }) : what?.name}</h2>
        {granted !== undefined && <p className="mb-5 text-quiet">{t('doneNote')}</p>}
        <Steps steps={steps} at={stage} failed={task.fault !== undefined} />
        <div className="mt-5 flex flex-col gap-3">
          <Fault fault={task.fault} />
          {granted !== undefined && (
            <>
              <p className="text-sm">
                <Summary terms={{ ...granted, until: granted.expiresAt }} startsAt={granted.startsAt} />
              </p>
              <div className="flex flex-wrap gap-2" data-testid="shared">
                <Copy text={granted.link} label={t('link')} />
                <ButtonLink href="/grants">{t('seeGrants')}</ButtonLink>
              </div>
            </>
          )}
          {task.fault !== undefined && (
            <Button kind="primary" onClick={share}>
              {t('tryAgain')}
            </Button>
          )}
          {(granted !== undefined || task.fault !== undefined) && (
            <Button
              onClick={() => {
                task.clear();
                setStage(undefined);
                if (granted !== undefined) setFile(undefined);
                setGranted(undefined);
              }}
            >
              {t(granted === undefined ? 'back' : 'again')}
            </Button>
          )}
        </div>
      </Card>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      <Invitations
        onGranted={(done, to) => {
          setWhom({ name: to });
          setStage('done');
          setGranted(done);
        }}
      />
      <form
        className="grid items-start gap-4 lg:grid-cols-2"
        onSubmit={(event) => {
          event.preventDefault();
          void share();
        }}
      >
        <Unfinished />
        <div className="flex flex-col gap-4">
          <Card>
            <h2 className="mb-3 font-semibold text-lg">{t('what')}</h2>
            {what instanceof File || what === undefined ? (
              <FilePicker
                file={what}
                onFile={setFile}
                hint={t(what === undefined ? 'drop' : 'another')}
                choose={t('choose')}
              />
            ) : (
              <p className="flex items-center gap-3">
                <Icon name="files" size={24} className="text-teal" />
                <span className="font-medium">{what.name}</span>
                <span className="text-quiet text-sm">{bytes(what.size)}</span>
              </p>
            )}
          </Card>
          <Whom whom={whom} onWhom={setWhom} />
        </div>
        <div className="flex flex-col gap-4">
          <Card className="flex flex-col gap-5">
            <div>
              <Choice
                label={t('protection')}
                value={quorum}
                options={quorums.map(({ threshold, shares }, value) => ({
                  value,
                  text: t('quorum', { m: threshold, n: shares }),
                }))}
                onChange={setQuorum}
              />
              <p className="mt-2 text-quiet text-sm">
                {t('protectionNote', { m: terms.threshold, n: terms.shares, less: terms.threshold - 1 })}
              </p>
            </div>
            <Choice
              label={t('until')}
              value={chosen}
              options={durations.map((value) => ({ value, text: lasting(value, language) }))}
              onChange={setLasts}
            />
            <Later delays={delays} delay={delay} onDelay={setStartsIn} />
            <Field label={t('note')} value={note} maxLength={200} onChange={(event) => setNote(event.target.value)} />
            {known?.address !== undefined && (
              <label className="flex cursor-pointer items-start gap-3">
                <input
                  type="checkbox"
                  className="mt-1 size-5 accent-teal"
                  checked={tell}
                  onChange={(event) => setTell(event.target.checked)}
                />
                <span className="text-sm">{t('tell', { name })}</span>
              </label>
            )}
          </Card>
          {guest !== undefined && <Fault fault={task.fault} />}
          <Price
            terms={{ ...terms, until }}
            startsAt={delay > 0 ? now + delay : undefined}
            quorums={quorums}
            onQuorum={setQuorum}
          >
            {(affordable) => (
              <Button
                type="submit"
                kind="primary"
                className="w-full"
                busy={task.busy}
                disabled={what === undefined || whom === undefined || (guest === undefined && !affordable)}
              >
                {guest === undefined ? t('share') : t('invite', { name: guest.name })}
              </Button>
            )}
          </Price>
        </div>
      </form>
    </div>
  );
}
