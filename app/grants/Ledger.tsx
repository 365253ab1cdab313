'use client';

import { useMemo } from 'react';
import { Copy } from '../components/Copy';
import { Panel } from '../components/Panel';
import { useProbes } from '../hooks/useProbes';
import { useLanguage, useText } from '../i18n/useText';
import type { Chronicle } from '../network/facts';
import { Health } from '../network/NodesTable';
import { nodesOf } from '../network/nodes';
import { type PolicyMoment, type PolicyRow, policiesOf } from '../network/policies';
import { useChronicle } from '../network/useChronicle';
import { NodeLink, PolicyLink } from '../network/Who';
import { amount, clock, moment, short } from '../network/words';
import { Bands } from '../plots/Bands';
import { Key, Plot } from '../plots/Plot';
import { asNumber } from '../plots/scale';
import type { OwnGrant } from '../worker/sharing';
import { billedUntil, flowAt, flowOf } from './flow';
import { LedgerPlace } from './LedgerPlace';
import { grantTexts } from './texts';

/** What the chain tells of a grant: its money over time, the nodes that serve it, what happened. */
export function Ledger({ grant }: { readonly grant: OwnGrant }) {
  const { chronicle } = useChronicle();
  const facts = chronicle?.facts;
  const policy = useMemo(
    () => (facts === undefined ? undefined : policiesOf(facts).find(({ id }) => id === grant.policyId)),
    [facts, grant.policyId],
  );
  if (chronicle === undefined || policy === undefined) return <LedgerPlace />;
  return (
    <>
      <Money policy={policy} chronicle={chronicle} />
      <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-2">
        <Nodes grant={grant} policy={policy} chronicle={chronicle} />
        <Happened policy={policy} />
      </div>
    </>
  );
}

/** Paid, due, earned, back: now as figures, and over time. */
function Money({ policy, chronicle }: { readonly policy: PolicyRow; readonly chronicle: Chronicle }) {
  const t = useText(grantTexts);
  const [language] = useLanguage();
  const { rules, timestamp: now } = chronicle;
  const over = Math.max(billedUntil(policy, rules), ...policy.moments.map(({ time }) => time));
  const isLive = policy.revokedAt === undefined && policy.expiresAt > now;
  // What is over is shown to its end, and a little of the calm after it.
  const until = isLive ? billedUntil(policy, rules) : Math.min(now, Math.ceil(over + (over - policy.createdAt) / 10));
  const flow = useMemo(() => flowOf(policy, rules, until), [policy, rules, until]);
  const { earned, due, open, returned } = flowAt(policy, rules, now);
  const ether = (wei: bigint) => amount(wei, language, 6);
  const figures: readonly (readonly [string, bigint])[] = [
    [t('paid'), policy.paidWei],
    [t('due'), due],
    [t('earned'), earned],
    isLive ? [t('open'), open] : [t('returned'), returned + open],
  ];
  const span = until - policy.createdAt;
  const words = { earned: ether(earned), due: ether(due), open: ether(open), returned: ether(returned) };
  return (
    <Panel title={t('money')}>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-4 px-5 pt-4 lg:grid-cols-4" data-testid="flow">
        {figures.map(([name, wei]) => (
          <div key={name} className="min-w-0">
            <dt className="text-pretty text-quiet text-sm">{name}</dt>
            <dd className="font-semibold text-lg">
              {ether(wei)} <span className="font-normal text-quiet text-sm">ETH</span>
            </dd>
          </div>
        ))}
      </dl>
      <Plot
        title={t('moneyTitle', words)}
        height={200}
        legend={
          <>
            <Key colour="teal">{t('earnedShort')}</Key>
            <Key colour="tealPale">{t('dueShort')}</Key>
            <Key colour="grey">{t('openShort')}</Key>
            {policy.returnedWei > 0n && <Key colour="line">{t('returnedShort')}</Key>}
          </>
        }
        table={{
          name: t('asTable'),
          head: [t('when'), t('earnedShort'), t('dueShort'), t('openShort'), t('returnedShort')],
          rows: policy.moments.map(({ time }) => {
            const at = flowAt(policy, rules, time);
            return [clock(time, language), ...[at.earned, at.due, at.open, at.returned].map(ether)];
          }),
        }}
        draw={(area) => (
          <Bands
            area={area}
            layers={flow.map(({ time, ...at }) => ({
              at: time,
              parts: [at.earned, at.due, at.open, at.returned].map(asNumber),
            }))}
            colours={['teal', 'tealPale', 'grey', 'line']}
            from={policy.createdAt}
            until={until}
            now={now}
            nowText={t('now')}
            marks={[policy.createdAt, policy.createdAt + span / 2, until].map((at) => ({
              at,
              text: moment(at, span, language),
            }))}
            text={(value) => short(value, language)}
          />
        )}
      />
      <p className="max-w-3xl text-pretty px-5 pb-5 text-quiet text-sm">{t('moneyNote')}</p>
    </Panel>
  );
}

/** The nodes that serve it, what each earned of it, and whether it answers now. */
function Nodes({
  grant,
  policy,
  chronicle,
}: {
  readonly grant: OwnGrant;
  readonly policy: PolicyRow;
  readonly chronicle: Chronicle;
}) {
  const t = useText(grantTexts);
  const [language] = useLanguage();
  const known = useMemo(() => nodesOf(chronicle), [chronicle]);
  const rows = grant.nodes.flatMap((node) => known.find(({ address }) => address === node.toLowerCase()) ?? []);
  const probes = useProbes(rows.filter(({ state }) => state !== 'gone').map(({ url }) => url));
  const earnedBy = (node: string) =>
    policy.moments.reduce((sum, one) => (one.node === node && one.kind === 'settled' ? sum + one.wei : sum), 0n);
  return (
    <Panel
      title={t('nodes')}
      note={grant.threshold === undefined ? undefined : t('nodesNote', { m: grant.threshold })}
      empty={grant.nodes.length === 0 ? t('nodesHidden') : undefined}
    >
      <ul>
        {rows.map(({ address, url, state }) => (
          <li
            key={address}
            data-testid="grant-node"
            className="grid grid-cols-[1fr_auto] items-center gap-x-4 border-line border-b px-5 py-3 text-sm last:border-0"
          >
            <NodeLink address={address} />
            <span className="text-right">{amount(earnedBy(address), language, 6)} ETH</span>
            <span>
              <Health probe={state === 'gone' ? 'none' : probes.get(url)} />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** Its events, newest first, and its id. */
function Happened({ policy }: { readonly policy: PolicyRow }) {
  const t = useText(grantTexts);
  const [language] = useLanguage();
  return (
    <Panel title={t('happened')}>
      <ol data-testid="happened">
        {policy.moments.toReversed().map((one) => (
          <li
            key={`${one.block}:${one.kind}:${one.node}`}
            className="border-line border-b px-5 py-3 text-sm last:border-0"
          >
            <span className="block text-quiet">{clock(one.time, language)}</span>
            <Said one={one} />
          </li>
        ))}
      </ol>
      <div className="flex flex-wrap items-center justify-between gap-3 border-line border-t px-5 py-3 text-sm">
        <p>
          <span className="text-quiet">{t('onChain')}:</span> <PolicyLink id={policy.id} />
        </p>
        <Copy text={policy.id} />
      </div>
    </Panel>
  );
}

function Said({ one }: { readonly one: PolicyMoment }) {
  const t = useText(grantTexts);
  const [language] = useLanguage();
  const ether = (wei: bigint) => amount(wei, language, 6);
  const { kind, wei, refundWei, node } = one;
  if (kind !== 'settled' || node === undefined)
    return <span>{t(kind === 'settled' ? 'closed' : kind, { wei: ether(wei) })}</span>;
  return (
    <span className="flex flex-wrap items-baseline gap-x-1.5">
      <NodeLink address={node} />
      {refundWei === 0n
        ? t('settled', { wei: ether(wei) })
        : t('settledLess', { wei: ether(wei), refund: ether(refundWei) })}
    </span>
  );
}
