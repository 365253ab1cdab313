'use client';

import { useState } from 'react';
import { useRetrieval } from '../receiving/useRetrieval';
import { usePersona } from '../session/usePersona';
import type { Granted } from '../worker/sharing';
import { AlicePane } from './AlicePane';
import { BobPane } from './BobPane';
import { End } from './End';
import { Guide, type Tried } from './Guide';
import { NodeRow } from './NodeRow';
import { useNodes } from './useNodes';

/** What Alice gave: what Bob sees of it and what she can take back. */
export interface Shared extends Granted {
  readonly name: string;
  readonly size: number;
}

/** Alice, five nodes, Bob. Each of the two is a worker of its own; the nodes are processes of the demo. */
export function Story() {
  const [aliceHere, setAliceHere] = useState(true);
  const alice = usePersona('Alice', aliceHere);
  const bob = usePersona('Bob', true);
  const [shared, setShared] = useState<Shared>();
  const [revoked, setRevoked] = useState<bigint>();
  const [tried, setTried] = useState<ReadonlySet<Tried>>(new Set());
  const retrieval = useRetrieval(bob, { afresh: true });
  const nodes = useNodes(shared);
  const did = (step: Tried) => setTried((before) => new Set(before).add(step));
  return (
    <div className="flex flex-col gap-6">
      <Guide tried={tried} />
      <div className="grid items-stretch gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.05fr)_minmax(0,1fr)]">
        <AlicePane
          session={alice}
          bob={bob}
          here={aliceHere}
          onHere={(here) => {
            setAliceHere(here);
            if (!here) did('close');
          }}
          shared={shared}
          onShared={(next) => {
            setShared(next);
            setRevoked(undefined);
            retrieval.reset();
            did('share');
          }}
          revoked={revoked}
          onRevoked={setRevoked}
        />
        <NodeRow
          nodes={nodes}
          outcomes={retrieval.retrieval.state === 'idle' ? [] : retrieval.retrieval.nodes}
          over={retrieval.retrieval.state !== 'asking'}
        />
        <BobPane
          session={bob}
          shared={shared}
          retrieval={retrieval}
          onOutcome={(outcome) => {
            if (outcome === 'opened') did('open');
            if (outcome === 'opened' && nodes.some(({ mode }) => mode === 'stop')) did('stop');
            if (outcome === 'caught') did('lie');
            if (outcome === 'revoked') did('revoke');
          }}
        />
      </div>
      {tried.has('revoke') && <End />}
    </div>
  );
}
