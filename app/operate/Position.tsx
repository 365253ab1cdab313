'use client';

import { Figure } from '../components/Figure';
import { Panel } from '../components/Panel';
import { useProbes } from '../hooks/useProbes';
import { useLanguage, useText } from '../i18n/useText';
import type { Chronicle } from '../network/facts';
import type { NodeRow } from '../network/nodes';
import { amount, span } from '../network/words';
import { operateTexts } from './texts';
import type { Holdings } from './useNode';

/** Gas for some hundred heartbeats on a calm chain; below it the operator is warned. */
const littleGas = 10n ** 16n;

/** The four figures of a position: what is at stake, what it earned, whether this epoch counts. */
export function Position({
  chronicle,
  node,
  holdings,
}: {
  readonly chronicle: Chronicle;
  readonly node: NodeRow;
  readonly holdings: Holdings;
}) {
  const t = useText(operateTexts);
  const [language] = useLanguage();
  const { epoch, timestamp, rules } = chronicle;
  const isNew = Math.floor(node.bondedAt / rules.epochLength) === epoch;
  const awake = node.activeThrough !== undefined;
  return (
    <dl className="grid grid-cols-2 gap-4 md:grid-cols-4">
      <Figure name={t('atStake')} value={amount(holdings.miner.stake, language, 0)} unit="DNTL" />
      <Figure name={t('earned')} value={amount(node.feesWei, language, 4)} unit="ETH" />
      <Figure name={t('rewardsSoFar')} value={amount(node.rewards + holdings.claimable, language, 0)} unit="DNTL" />
      <Figure
        name={t('thisEpoch')}
        value={t(awake ? 'awake' : isNew ? 'notYet' : 'asleep')}
        unit={t('nextIn', { time: span((epoch + 1) * rules.epochLength - timestamp, language) })}
      />
    </dl>
  );
}

/** What the operator should see to, or that there is nothing. */
export function ToDo({ node, holdings }: { readonly node: NodeRow; readonly holdings: Holdings }) {
  const t = useText(operateTexts);
  const [language] = useLanguage();
  const probe = useProbes([node.url]).get(node.url);
  const tasks = [
    node.state === 'bonded' && node.activeThrough === undefined && t('noHeartbeat'),
    node.state === 'jailed' && t('jailed'),
    probe?.up === false && t('notAnswering', { url: node.url }),
    holdings.gasWei < littleGas &&
      t('noGas', { amount: amount(holdings.gasWei, language, 4), operator: holdings.miner.operator }),
  ].filter((task) => task !== false);
  return (
    <Panel title={t('toDo')}>
      {tasks.length === 0 ? (
        <p className="px-5 py-4 text-teal">{t('allWell')}</p>
      ) : (
        <ul>
          {tasks.map((task) => (
            <li key={task} className="break-words border-line border-b px-5 py-3 text-amber last:border-0">
              {task}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
