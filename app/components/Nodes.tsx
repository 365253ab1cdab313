import { gwei, units18 } from '../format';
import type { Probe } from '../hooks/useProbes';
import type { NetworkView, NodeView } from '../networkView';
import { Address } from './Address';
import { Skeleton } from './Skeleton';

const cell = 'px-5 py-3 text-left align-baseline';

/** The nodes, each with its stake, its lease and whether it answers this browser now. */
export function Nodes({
  view,
  probes,
}: {
  readonly view: NetworkView | undefined;
  readonly probes: ReadonlyMap<string, Probe>;
}) {
  if (view === undefined) return <Skeleton rows={5} />;
  return (
    <div className="overflow-x-auto">
      <table className="w-full text-sm">
        <thead className="text-quiet">
          <tr className="border-line border-b">
            {['Node', 'Answers', 'Stake', 'Lease', 'Least rate', 'Address on the web'].map((name) => (
              <th key={name} scope="col" className={`${cell} whitespace-nowrap font-normal`}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {view.nodes.map((node) => (
            <tr key={node.address} className="border-line border-b last:border-0" data-testid="node">
              <th scope="row" className={`${cell} font-normal`}>
                <Address value={node.address} />
              </th>
              <td className={`${cell} whitespace-nowrap`}>
                <Health probe={probes.get(node.url)} />
              </td>
              <td className={cell}>{units18(node.stake, 0)}</td>
              <td className={`${cell} whitespace-nowrap`}>{lease(node, view.epoch)}</td>
              <td className={`${cell} whitespace-nowrap`}>{gwei(node.minRateWei)}</td>
              <td className={`${cell} font-mono text-[0.85em]`}>{node.url}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function lease(node: NodeView, epoch: number): string {
  if (node.state === 'jailed') return 'jailed';
  if (node.state === 'exiting') return 'leaving';
  if (node.activeThrough === undefined || node.activeThrough < epoch) return 'none';
  const epochs = node.activeThrough - epoch + 1;
  return `${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`;
}

/** The word says it; the mark and its colour only repeat it. */
function Health({ probe }: { readonly probe: Probe | undefined }) {
  if (probe === undefined) return <span className="text-quiet">asking …</span>;
  return probe.up ? (
    <span className="text-teal">● yes, {probe.ms} ms</span>
  ) : (
    <span className="text-amber">○ no answer</span>
  );
}
