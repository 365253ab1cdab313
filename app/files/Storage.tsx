'use client';

import { Button } from '../components/Button';
import { Fault } from '../components/Fault';
import { Icon } from '../components/Icon';
import { Panel } from '../components/Panel';
import { Skeleton } from '../components/Skeleton';
import { bytes } from '../format';
import { useText } from '../i18n/useText';
import { NodeLink } from '../network/Who';
import { useAsk } from '../session/useAsk';
import type { OwnFile } from '../worker/sharing';
import type { Place, Stored } from '../worker/storing';
import { fileTexts } from './texts';

/** Where a file's encrypted parts lie, and whether each place still answers and has them. */
export function Storage({ file }: { readonly file: OwnFile }) {
  const t = useText(fileTexts);
  const stored = useAsk('stored', { id: file.id }, { everyMs: 30_000 });
  const { data } = stored;
  return (
    <Panel title={t('stored')}>
      {data === undefined ? (
        stored.isError ? (
          <div className="p-5">
            <Fault fault={stored.error} onRetry={stored.refetch} />
          </div>
        ) : (
          <Skeleton rows={6} />
        )
      ) : (
        <>
          <Health stored={data} />
          <ul>
            <li className="flex items-center gap-3 border-line border-b px-5 py-3 text-sm">
              <Icon name="files" size={20} className="text-teal" />
              <span>
                {t('here')}
                <span className="block text-quiet">
                  {data.hereBytes === undefined ? t('notHere') : t('hereNote', { size: bytes(data.hereBytes) })}
                </span>
              </span>
            </li>
            {data.places.map((place) => (
              <Row key={place.url} place={place} asked={data.asked} />
            ))}
          </ul>
          <div className="px-5 py-4">
            <Button busy={stored.isFetching} onClick={() => stored.refetch()}>
              {t('ask')}
            </Button>
            {data.asked < data.parts && (
              <p className="mt-2 text-quiet text-sm">{t('ofLarge', { asked: data.asked, parts: data.parts })}</p>
            )}
          </div>
        </>
      )}
    </Panel>
  );
}

/** Whether it can be fetched, in one sentence. */
function Health({ stored: { places, copies } }: { readonly stored: Stored }) {
  const t = useText(fileTexts);
  const state = places.length === 0 ? 'onlyHere' : copies === 0 ? 'lost' : copies === 1 ? 'thin' : 'safe';
  const look = { onlyHere: 'text-quiet', lost: 'bg-amber-wash text-amber', thin: 'text-amber', safe: 'text-teal' }[
    state
  ];
  return (
    <p
      data-testid="stored"
      data-state={state}
      aria-live="polite"
      className={`text-pretty border-line border-b px-5 py-4 text-sm ${look}`}
    >
      {t(state, { copies })}
    </p>
  );
}

function Row({ place: { node, isUp, held, ms }, asked }: { readonly place: Place; readonly asked: number }) {
  const t = useText(fileTexts);
  return (
    <li
      data-testid="place"
      data-up={isUp}
      className="grid grid-cols-[auto_1fr] items-baseline gap-x-6 border-line border-b px-5 py-3 text-sm"
    >
      <NodeLink address={node} />
      <span className={`text-right ${isUp ? 'text-teal' : 'text-amber'}`}>
        {isUp ? `● ${t('ms', { ms })}` : `○ ${t('silent')}`}
      </span>
      {isUp && <span className="col-span-2 text-quiet">{held === 0 ? t('none') : t('has', { held, asked })}</span>}
    </li>
  );
}
