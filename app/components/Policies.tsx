import { duration, gwei } from '../format';
import type { NetworkView, PolicyView } from '../networkView';
import { Address } from './Address';
import { Skeleton } from './Skeleton';

/** The newest policies: owner, nodes, price, and how much time is left. */
export function Policies({ view }: { readonly view: NetworkView | undefined }) {
  if (view === undefined) return <Skeleton rows={4} />;
  return (
    <ul>
      {view.policies.map((policy) => (
        <li
          key={policy.id}
          className="flex flex-wrap justify-between gap-x-4 border-line border-b px-5 py-3 text-sm last:border-0"
          data-testid="policy"
        >
          <span>
            <Address value={policy.id} /> <span className="text-quiet">by</span> <Address value={policy.owner} />
          </span>
          <span className="text-quiet">
            {policy.shares} nodes · {gwei(policy.rateWei)} per epoch each
          </span>
          <span className="w-full">{state(policy, view.timestamp)}</span>
        </li>
      ))}
    </ul>
  );
}

function state(policy: PolicyView, now: number): string {
  if (policy.revoked) return `Revoked ${duration(now - policy.expiresAt)} ago`;
  if (policy.expiresAt <= now) return `Ended ${duration(now - policy.expiresAt)} ago`;
  return `Live, ends in ${duration(policy.expiresAt - now)}`;
}
