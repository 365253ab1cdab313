'use client';

import Link from 'next/link';
import { Button, ButtonLink } from '../components/Button';
import { Fault, PageFault } from '../components/Fault';
import { Icon } from '../components/Icon';
import { Notice } from '../components/Notice';
import { PageHead } from '../components/Page';
import { Panel } from '../components/Panel';
import { Skeleton } from '../components/Skeleton';
import { bytes, timeOf } from '../format';
import { useTask } from '../hooks/useTask';
import { useLanguage, useText } from '../i18n/useText';
import { useMe } from '../session/me';
import { useAsk } from '../session/useAsk';
import { PayGate } from '../sharing/PayGate';
import { SharingTabs } from '../sharing/SharingTabs';
import { sharingTexts } from '../sharing/texts';

/** Encrypted copies in this browser. */
export function FilesPage() {
  const t = useText(sharingTexts);
  return (
    <>
      <PageHead title={t('filesTitle')}>{t('filesLead')}</PageHead>
      <SharingTabs />
      <PayGate>
        <Files />
      </PayGate>
    </>
  );
}

function Files() {
  const t = useText(sharingTexts);
  const [language] = useLanguage();
  const { session } = useMe();
  const files = useAsk('files', undefined);
  const task = useTask();
  if (files.data === undefined) {
    return files.isError ? (
      <PageFault fault={files.error} onRetry={files.refetch} />
    ) : (
      <Skeleton rows={1} shape="cards" />
    );
  }
  if (files.data.length === 0) {
    return (
      <Notice title={t('noFiles')} action={<ButtonLink href="/share">{t('share')}</ButtonLink>}>
        {t('noFilesNote')}
      </Notice>
    );
  }
  return (
    <Panel title={t('files')}>
      <ul>
        {files.data.map((file) => (
          <li
            key={file.id}
            data-testid="file"
            className="flex flex-wrap items-center gap-x-4 gap-y-2 border-line border-b px-5 py-3 last:border-0"
          >
            <Icon name="files" size={24} className="text-teal" />
            <span className="min-w-0 flex-1">
              <Link
                href={`/files/file?id=${file.id}`}
                className="block truncate font-medium underline decoration-line underline-offset-4 hover:decoration-teal"
              >
                {file.name}
              </Link>
              <span className="block text-quiet text-sm">
                {bytes(file.size)} · {t('encryptedAt', { when: timeOf(file.at / 1000, language) })}
              </span>
            </span>
            <ButtonLink href={`/share#${file.id}`}>{t('share')}</ButtonLink>
            <Button
              kind="quiet"
              onClick={() =>
                task.run(async () => {
                  await session?.call('removeFile', { id: file.id });
                  await files.refetch();
                })
              }
            >
              {t('remove')}
            </Button>
          </li>
        ))}
      </ul>
      <Fault fault={task.fault} />
    </Panel>
  );
}
