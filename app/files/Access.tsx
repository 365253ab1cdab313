'use client';

import Link from 'next/link';
import { Fault } from '../components/Fault';
import { Panel } from '../components/Panel';
import { Skeleton } from '../components/Skeleton';
import { stateOf, tones, whenOf } from '../grants/words';
import { useLanguage, useText } from '../i18n/useText';
import { clock, moment } from '../network/words';
import { Plot } from '../plots/Plot';
import { Spans, spansHeight } from '../plots/Spans';
import { useAsk } from '../session/useAsk';
import { sharingTexts } from '../sharing/texts';
import type { OwnFile, OwnGrant } from '../worker/sharing';
import { fileTexts } from './texts';

/** Grants that the drawing shows: the newest. */
const drawn = 8;
const kinds = { live: 'full', expired: 'over', revoked: 'cut' } as const;

/** Who may open a file, each grant with its way to it, and all of them over time. */
export function Access({ file }: { readonly file: OwnFile }) {
  const t = useText(fileTexts);
  const grants = useAsk('grants', undefined, { everyMs: 15_000 });
  const its = grants.data?.filter(({ files }) => files.some(({ id }) => id === file.id));
  const live = its?.filter(({ state }) => state === 'live') ?? [];
  return (
    <Panel
      title={t('access')}
      note={live.length > 0 ? t('accessNow', { n: live.length }) : undefined}
      empty={its?.length === 0 ? t('nobody') : undefined}
    >
      {its === undefined ? (
        grants.isError ? (
          <div className="p-5">
            <Fault fault={grants.error} onRetry={grants.refetch} />
          </div>
        ) : (
          <Skeleton rows={4} />
        )
      ) : (
        <>
          <ul>
            {its.map((grant) => (
              <Row key={grant.policyId} grant={grant} />
            ))}
          </ul>
          <Timeline grants={its.slice(0, drawn)} all={its.length} live={live.length} />
        </>
      )}
    </Panel>
  );
}

function Row({ grant }: { readonly grant: OwnGrant }) {
  const s = useText(sharingTexts);
  const [language] = useLanguage();
  const { policyId, state, threshold, shares } = grant;
  return (
    <li data-testid="access" data-state={state} className="border-line border-b">
      <Link
        href={`/grants/grant?id=${policyId}`}
        className="flex flex-wrap items-center justify-between gap-x-4 px-5 py-3 hover:bg-sunk"
      >
        <span className="min-w-0">
          <span className="block truncate font-medium underline decoration-line underline-offset-4">
            {grant.whom ?? s('somebody')}
          </span>
          {threshold !== undefined && (
            <span className="block text-quiet text-sm">{s('quorum', { m: threshold, n: shares })}</span>
          )}
        </span>
        <span className={`text-right text-sm ${tones[state]}`}>
          <span className="font-medium">{stateOf(grant, s)}</span>
          <span className="block text-quiet">{whenOf(grant, language, s)}</span>
        </span>
      </Link>
    </li>
  );
}

function Timeline({
  grants,
  all,
  live,
}: {
  readonly grants: readonly OwnGrant[];
  readonly all: number;
  readonly live: number;
}) {
  const t = useText(fileTexts);
  const s = useText(sharingTexts);
  const [language] = useLanguage();
  const time = useAsk('chainTime', undefined, { everyMs: 15_000 });
  const now = time.data?.timestamp ?? Math.floor(Date.now() / 1000);
  const spans = grants.map((grant) => ({
    key: grant.policyId,
    from: grant.createdAt ?? grant.expiresAt,
    to: grant.expiresAt,
    kind: kinds[grant.state],
    text: grant.whom ?? s('somebody'),
  }));
  const from = Math.min(...spans.map((span) => span.from), now - 60);
  const until = Math.max(...spans.map((span) => span.to), now);
  return (
    <Plot
      bare
      title={t('timeline', { n: all, live })}
      height={spansHeight(spans.length)}
      table={{
        name: t('asTable'),
        head: [t('who'), t('from'), t('to')],
        rows: spans.map((span) => [span.text, clock(span.from, language), clock(span.to, language)]),
      }}
      draw={(area) => (
        <Spans
          area={area}
          spans={spans}
          from={from}
          until={until}
          now={now}
          marks={[from, until].map((at) => ({ at, text: moment(at, until - from, language) }))}
        />
      )}
    />
  );
}
