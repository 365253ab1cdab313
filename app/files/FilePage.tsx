'use client';

import { useRouter, useSearchParams } from 'next/navigation';
import { Button, ButtonLink } from '../components/Button';
import { Card } from '../components/Card';
import { Fault, PageFault } from '../components/Fault';
import { Icon } from '../components/Icon';
import { Notice } from '../components/Notice';
import { PageHead } from '../components/Page';
import { Skeleton } from '../components/Skeleton';
import { bytes, timeOf } from '../format';
import { useTask } from '../hooks/useTask';
import { useLanguage, useText } from '../i18n/useText';
import { useMe } from '../session/me';
import { useAsk } from '../session/useAsk';
import { PayGate } from '../sharing/PayGate';
import { SharingTabs } from '../sharing/SharingTabs';
import { sharingTexts } from '../sharing/texts';
import type { OwnFile } from '../worker/sharing';
import { Access } from './Access';
import { Storage } from './Storage';
import { fileTexts } from './texts';

/** One of my files, by the id in the address. */
export function FilePage() {
  const t = useText(fileTexts);
  return (
    <>
      <PageHead title={t('title')}>{t('lead')}</PageHead>
      <SharingTabs />
      <PayGate>
        <Found />
      </PayGate>
    </>
  );
}

function Found() {
  const t = useText(fileTexts);
  // Behind the gate, which the export never passes: the head stands in it, though its address says nothing yet.
  const id = useSearchParams().get('id') ?? '';
  const files = useAsk('files', undefined);
  if (files.data === undefined) {
    if (files.isError) return <PageFault fault={files.error} onRetry={files.refetch} />;
    return <Skeleton rows={1} shape="cards" />;
  }
  const file = files.data.find((one) => one.id === id);
  if (file === undefined) {
    return (
      <Notice title={t('unknown')} action={<ButtonLink href="/files">{t('all')}</ButtonLink>}>
        {t('unknownNote')}
      </Notice>
    );
  }
  return (
    <div className="flex flex-col gap-6">
      <Summary file={file} />
      <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-2">
        <Access file={file} />
        <Storage file={file} />
      </div>
    </div>
  );
}

/** What it is, and what can be done with it. */
function Summary({ file }: { readonly file: OwnFile }) {
  const s = useText(sharingTexts);
  const [language] = useLanguage();
  const { session } = useMe();
  const router = useRouter();
  const task = useTask();
  const remove = () =>
    task.run(async () => {
      await session?.call('removeFile', { id: file.id });
      router.push('/files');
    });
  return (
    <Card className="flex flex-col gap-5">
      <div data-testid="file" className="flex items-center gap-4">
        <span className="flex size-14 shrink-0 items-center justify-center rounded-[12px] bg-teal-wash text-teal">
          <Icon name="files" size={28} />
        </span>
        <div className="min-w-0">
          <h2 className="break-words font-semibold text-xl leading-tight">{file.name}</h2>
          <p className="mt-0.5 text-quiet">
            {bytes(file.size)} · {s('encryptedAt', { when: timeOf(file.at / 1000, language) })}
          </p>
        </div>
      </div>
      <Fault fault={task.fault} />
      <div className="flex flex-wrap gap-2">
        <ButtonLink href={`/share#${file.id}`} kind="primary">
          {s('share')}
        </ButtonLink>
        <Button kind="quiet" busy={task.busy} onClick={remove}>
          {s('remove')}
        </Button>
      </div>
    </Card>
  );
}
