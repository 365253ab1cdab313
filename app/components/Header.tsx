'use client';

import { useSite } from '../providers';
import { Dial } from './Dial';
import { Wallet } from './Wallet';

/** Name, network and wallet. `block` is undefined until the chain has answered; `behind` when it has stopped answering. */
export function Header({ block, behind }: { readonly block: bigint | undefined; readonly behind: boolean }) {
  const site = useSite();
  return (
    <header className="mx-auto flex max-w-6xl flex-wrap items-center justify-between gap-4 px-5 py-4">
      <p className="flex items-center gap-2 font-semibold text-lg">
        <Dial shares={5} threshold={3} lit={3} />
        Dintel
      </p>
      <div className="flex flex-wrap items-center gap-3">
        <p className="flex items-center gap-2 text-quiet text-sm" role="status">
          <span aria-hidden="true" className={`size-2 rounded-full ${behind ? 'bg-amber' : 'bg-teal'}`} />
          {site.chainName}
          {block !== undefined && <span>{behind ? `last seen at block ${block}` : `block ${block}`}</span>}
        </p>
        <Wallet />
      </div>
    </header>
  );
}
