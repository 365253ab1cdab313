'use client';

import { Skeleton } from '../components/Skeleton';
import { type Probe, useProbes } from '../hooks/useProbes';
import { useLanguage, useText } from '../i18n/useText';
import type { Chronicle } from './facts';
import type { NodeRow } from './nodes';
import { networkTexts } from './texts';
import { NodeLink } from './Who';
import { amount, gwei } from './words';

const cell = 'px-5 py-3 text-left align-middle';
/** Columns for which a phone has no room; they stand on the node's own page. */
const more = 'max-sm:hidden';

/** The nodes, each with whether it answers this browser, its stake, its promise and its earnings. Those that left come last. */
export function NodesTable({
  chronicle,
  nodes,
}: {
  readonly chronicle: Chronicle | undefined;
  readonly nodes: readonly NodeRow[];
}) {
  if (chronicle === undefined) {
    return (
      <div className="h-[21rem]">
        <Skeleton rows={7} />
      </div>
    );
  }
  return <Table chronicle={chronicle} nodes={nodes} />;
}

function Table({ chronicle, nodes }: { readonly chronicle: Chronicle; readonly nodes: readonly NodeRow[] }) {
  const t = useText(networkTexts);
  const [language] = useLanguage();
  const probes = useProbes(nodes.filter(({ state }) => state !== 'gone').map(({ url }) => url));
  const heads = [t('node'), t('answers'), t('stake'), t('lease'), t('leastRate'), t('earned')];
  return (
    <div className="overflow-x-auto">
      <table className="w-full text-sm">
        <thead className="text-quiet">
          <tr className="border-line border-b">
            {heads.map((name, place) => (
              <th key={name} scope="col" className={`${cell} whitespace-nowrap font-normal ${place > 2 ? more : ''}`}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {nodes.map((node) => (
            <tr
              key={node.address}
              className={`border-line border-b last:border-0 ${node.state === 'gone' ? 'text-quiet' : ''}`}
              data-testid="node"
            >
              <th scope="row" className={`${cell} font-normal`}>
                <NodeLink address={node.address} />
              </th>
              <td className={`${cell} whitespace-nowrap`}>
                <Health probe={node.state === 'gone' ? 'none' : probes.get(node.url)} />
              </td>
              <td className={cell}>{amount(node.stake, language, 0)}</td>
              <td className={`${cell} whitespace-nowrap ${more}`}>
                {node.state === 'bonded' ? (
                  <Lease node={node} epoch={chronicle.epoch} />
                ) : (
                  <span className={node.state === 'jailed' ? 'text-brick' : ''}>{t(`state.${node.state}`)}</span>
                )}
              </td>
              <td className={`${cell} whitespace-nowrap ${more}`}>{gwei(node.minRateWei, language)}</td>
              <td className={`${cell} whitespace-nowrap ${more}`}>{amount(node.feesWei, language, 4)} ETH</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Lease({ node, epoch }: { readonly node: NodeRow; readonly epoch: number }) {
  const t = useText(networkTexts);
  if (node.activeThrough === undefined) return <span className="text-amber">{t('noLease')}</span>;
  return t('leaseFor', { n: node.activeThrough - epoch + 1 });
}

/** The word says it; the mark and its colour only repeat it. */
export function Health({ probe }: { readonly probe: Probe | 'none' | undefined }) {
  const t = useText(networkTexts);
  if (probe === 'none') return <span className="text-quiet">{t('notAsked')}</span>;
  if (probe === undefined) return <span className="text-quiet">{t('asking')}</span>;
  return probe.up ? (
    <span className="text-teal" data-testid="answers">
      ● {t('up', { ms: probe.ms })}
    </span>
  ) : (
    <span className="text-amber">○ {t('down')}</span>
  );
}
