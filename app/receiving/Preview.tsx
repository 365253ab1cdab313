'use client';

import { useEffect, useState } from 'react';
import { Button } from '../components/Button';
import { Fault } from '../components/Fault';
import { Icon } from '../components/Icon';
import { bytes } from '../format';
import { useTask } from '../hooks/useTask';
import { useText } from '../i18n/useText';
import type { Session } from '../session/session';
import type { Opened } from '../worker/receiving';
import { kindOf } from './kinds';
import { receivingTexts } from './texts';
import { useSave } from './useSave';

/** Previews are for small files; larger ones are only saved. Bytes. */
const most = { text: 512 * 1024, other: 32 * 1024 * 1024 } as const;

/** One opened file: what can be shown of it, and a way to save it. */
export function Preview({
  session,
  opened,
  index,
}: {
  readonly session: Session;
  readonly opened: Opened;
  readonly index: number;
}) {
  const t = useText(receivingTexts);
  const file = opened.files[index];
  const save = useSave(session);
  if (file === undefined) return null;
  const kind = kindOf(file.name, file.mediaType);
  const fits = file.size <= (kind === 'text' ? most.text : most.other);
  return (
    <figure className="rise flex min-w-0 flex-col gap-3">
      {kind !== 'other' && fits ? (
        <Shown session={session} opened={opened} index={index} kind={kind} />
      ) : (
        <p className="rounded-[10px] border border-line bg-sunk px-4 py-6 text-center text-quiet text-sm">
          {t(fits ? 'noPreview' : 'tooLarge')}
        </p>
      )}
      <figcaption className="flex flex-wrap items-center justify-between gap-2">
        <span className="min-w-0 truncate text-sm">
          {file.name} <span className="text-quiet">{bytes(file.size)}</span>
        </span>
        <Button className="min-h-10 px-3 text-sm" busy={save.busy} onClick={() => save.start(opened, index)}>
          <Icon name="down" size={18} /> {t('save')}
        </Button>
      </figcaption>
      <Fault fault={save.fault} onRetry={() => save.start(opened, index)} />
    </figure>
  );
}

function Shown({
  session,
  opened,
  index,
  kind,
}: {
  readonly session: Session;
  readonly opened: Opened;
  readonly index: number;
  readonly kind: 'text' | 'image' | 'audio' | 'video';
}) {
  const task = useTask();
  const { run } = task;
  const [shown, setShown] = useState<{ readonly url?: string; readonly text?: string }>();
  const [attempt, setAttempt] = useState(0);
  const file = opened.files[index];
  const { handle } = opened;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each attempt reads anew.
  useEffect(() => {
    let url: string | undefined;
    setShown(undefined);
    void run(async (signal) => {
      const blob = await session.call('read', { handle, index }, { signal });
      if (signal.aborted) return;
      if (kind === 'text') return setShown({ text: await blob.text() });
      // The type is one of a list that cannot run; a blob without it would be guessed.
      url = session.urlOf(new Blob([blob], { type: file?.mediaType ?? '' }));
      setShown({ url });
    });
    return () => {
      if (url !== undefined) session.revoke(url);
    };
  }, [session, handle, index, kind, file, run, attempt]);
  if (task.fault !== undefined) return <Fault fault={task.fault} onRetry={() => setAttempt(attempt + 1)} />;
  if (shown === undefined) return <div aria-hidden="true" className="breathe h-32 rounded-[10px] bg-sunk" />;
  if (shown.text !== undefined) {
    return (
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard.
        tabIndex={0}
        className="max-h-72 overflow-auto rounded-[10px] border border-line bg-sunk px-4 py-3 font-mono text-xs leading-relaxed"
        data-testid="preview"
      >
        {shown.text}
      </pre>
    );
  }
  if (kind === 'image') {
    return (
      <img
        src={shown.url}
        alt={file?.name ?? ''}
        className="max-h-80 rounded-[10px] border border-line object-contain"
        data-testid="preview"
      />
    );
  }
  // biome-ignore lint/a11y/useMediaCaption: it is somebody's file; there are no captions to be had.
  if (kind === 'audio') return <audio controls src={shown.url} className="w-full" data-testid="preview" />;
  // biome-ignore lint/a11y/useMediaCaption: as above.
  return <video controls src={shown.url} className="max-h-80 rounded-[10px]" data-testid="preview" />;
}
