'use client';

import { count, duration, units18 } from '../format';
import { useNetworkView } from '../hooks/useNetworkView';
import { useProbes } from '../hooks/useProbes';
import { Dial } from './Dial';
import { Events } from './Events';
import { Figure } from './Figure';
import { Nodes } from './Nodes';
import { Panel } from './Panel';
import { Policies } from './Policies';

/** The network page: who serves, what is at stake, what is shared, what happened. */
export function Network() {
  const { view, fault } = useNetworkView();
  const staked = view?.nodes.reduce((sum, node) => sum + node.stake, 0n);
  const probes = useProbes(view?.nodes.map((node) => node.url) ?? []);
  const answering = [...probes.values()].filter((probe) => probe.up).length;
  const live = view?.policies.filter((policy) => !policy.revoked && policy.expiresAt > view.timestamp).length;
  return (
    <div className="flex flex-col gap-6">
      <section className="flex flex-wrap items-center gap-x-10 gap-y-6 border-line border-y py-10">
        <Dial shares={5} threshold={3} lit={3} size={120} label="Three of five nodes must answer" />
        <div className="max-w-xl">
          <h1 className="text-balance font-semibold text-3xl leading-tight sm:text-4xl">
            Encrypt once. Let others open it. Stop whenever you say.
          </h1>
          <p className="mt-3 text-lg text-quiet">
            No node ever sees your file or your key. Any three of the five you choose can let Bob in; none can alone.
          </p>
        </div>
      </section>
      {fault !== undefined && (
        <p role="alert" className="rounded-card border border-amber px-5 py-3 text-amber">
          {fault} {view === undefined ? 'Trying again.' : 'What you see is the last that was read.'}
        </p>
      )}
      <dl className="grid grid-cols-2 gap-4 md:grid-cols-4">
        <Figure name="Nodes answering" value={view && `${answering} of ${view.nodes.length}`} />
        <Figure name="At stake" value={staked !== undefined ? units18(staked, 0) : undefined} unit="tokens" />
        <Figure name="Live policies" value={live?.toString()} />
        <Figure
          name="Epoch"
          value={view?.epoch.toLocaleString('en')}
          unit={view && `next in ${duration((view.epoch + 1) * view.epochLength - view.timestamp)}`}
        />
      </dl>
      <Panel
        title="Nodes"
        note={view && count(view.nodes.length, 'node')}
        empty={view?.nodes.length === 0 ? 'No node has staked yet.' : undefined}
      >
        <Nodes view={view} probes={probes} />
      </Panel>
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <Panel
          title="Policies"
          note="who pays, for how long; not what, nor for whom"
          empty={view?.policies.length === 0 ? 'Nothing has been shared yet.' : undefined}
        >
          <Policies view={view} />
        </Panel>
        <Panel
          title="Recent events"
          note="newest first"
          empty={view?.events.length === 0 ? 'Nothing has happened yet.' : undefined}
        >
          <Events view={view} />
        </Panel>
      </div>
    </div>
  );
}
