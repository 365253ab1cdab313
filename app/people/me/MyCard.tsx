'use client';

import { Button, ButtonLink } from '../../components/Button';
import { Card } from '../../components/Card';
import { Copy } from '../../components/Copy';
import { Fault, PageFault } from '../../components/Fault';
import { PageHead } from '../../components/Page';
import { Qr } from '../../components/Qr';
import { Skeleton } from '../../components/Skeleton';
import { Words } from '../../components/Words';
import { useTask } from '../../hooks/useTask';
import { useText } from '../../i18n/useText';
import { KeyGate } from '../../keys/KeyGate';
import { useMe } from '../../session/me';
import { useAsk } from '../../session/useAsk';
import { peopleTexts } from '../texts';

/** My receive card: QR, text, link, six words, and publishing it. */
export function MyCard() {
  const t = useText(peopleTexts);
  return (
    <>
      <PageHead title={t('meTitle')} action={<ButtonLink href="/people">{t('toPeople')}</ButtonLink>}>
        {t('meLead')}
      </PageHead>
      <KeyGate>
        <OwnCard />
      </KeyGate>
    </>
  );
}

/** The card itself, and ways to hand it over. */
export function OwnCard() {
  const t = useText(peopleTexts);
  const { session, account } = useMe();
  const card = useAsk('ownCard', undefined);
  const task = useTask();
  const publish = () =>
    task.run(async (signal) => {
      await session?.call('publish', undefined, { signal, title: t('publish') });
      await card.refetch();
    });
  if (card.data === undefined) {
    return card.isError ? <PageFault fault={card.error} onRetry={card.refetch} /> : <Skeleton rows={2} shape="cards" />;
  }
  const { text, link, qr, words, published } = card.data;
  return (
    <div className="grid items-start gap-4 md:grid-cols-[auto_minmax(0,1fr)]">
      <Card className="flex flex-col items-center gap-4">
        <Qr text={qr} label={t('qr')} size={264} />
        <div className="flex flex-wrap justify-center gap-2">
          <Copy text={text} label={t('copyCard')} />
          <Copy text={link} label={t('copyLink')} />
        </div>
      </Card>
      <div className="flex flex-col gap-4">
        <Card>
          <h2 className="font-semibold text-lg">{t('words')}</h2>
          <p className="mt-1 mb-4 text-quiet">{t('wordsNote')}</p>
          <Words words={words} />
        </Card>
        <Card>
          {published && <p className="text-teal">{t('published')}</p>}
          {!published && account === undefined && <p className="text-quiet">{t('noAccount')}</p>}
          {!published && account !== undefined && (
            <div className="flex flex-col items-start gap-3">
              <p className="text-quiet">{t('publishNote')}</p>
              <Button busy={task.busy} onClick={publish}>
                {t('publish')}
              </Button>
              <Fault fault={task.fault} />
            </div>
          )}
        </Card>
      </div>
    </div>
  );
}
