'use client';

import { Button, ButtonLink } from '../components/Button';
import { Card } from '../components/Card';
import { Copy } from '../components/Copy';
import { useText } from '../i18n/useText';
import { sharingTexts } from '../sharing/texts';
import type { Invitation } from '../worker/inviting';

/** He is invited: the link to send, and what happens next. */
export function Invited({
  invitation: { name, link },
  onAgain,
}: {
  readonly invitation: Invitation;
  readonly onAgain: () => unknown;
}) {
  const t = useText(sharingTexts);
  return (
    <Card className="rise mx-auto flex max-w-xl flex-col gap-4">
      <div data-testid="invited">
        <h2 className="font-semibold text-xl">{t('invited', { name })}</h2>
        <p className="mt-1 text-pretty text-quiet">{t('invitedNote', { name })}</p>
      </div>
      <p
        className="max-h-40 overflow-auto break-all rounded-[10px] bg-sunk px-4 py-3 font-mono text-xs"
        data-testid="invitation-link"
      >
        {link}
      </p>
      <p className="text-sm">{t('inviteNote')}</p>
      <div className="flex flex-wrap gap-2">
        <Copy text={link} label={t('inviteLink')} />
        <ButtonLink href="/files">{t('files')}</ButtonLink>
        <Button kind="quiet" onClick={onAgain}>
          {t('again')}
        </Button>
      </div>
    </Card>
  );
}
