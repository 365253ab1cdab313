'use client';

import { Identicon } from '../components/Identicon';
import { useText } from '../i18n/useText';
import type { NodeOutcomeView } from '../worker/messages';
import { startTexts } from './texts';
import type { StoryNode } from './useNodes';

type State = NodeOutcomeView['state'];
const colours: Readonly<Record<State, string>> = {
  idle: 'text-quiet',
  asked: 'text-quiet breathe',
  verified: 'text-teal',
  refused: 'text-amber',
  silent: 'text-amber',
  bad: 'text-brick',
};

/** The five nodes between Alice and Bob: how each stands, and, in the demo, a switch for each. */
export function NodeRow({
  nodes,
  outcomes,
  over,
}: {
  readonly nodes: readonly StoryNode[];
  /** Whether the asking has ended: who is still asked then was not needed. */
  readonly over: boolean;
  readonly outcomes: readonly NodeOutcomeView[];
}) {
  const t = useText(startTexts);
  const words: Readonly<Record<State, string>> = {
    idle: t('stateIdle'),
    asked: t(over ? 'stateSpare' : 'stateAsked'),
    verified: t('stateVerified'),
    refused: t('stateRefused'),
    silent: t('stateSilent'),
    bad: t('stateBad'),
  };
  return (
    <section aria-label={t('nodes')} className="min-h-[26rem] rounded-card border border-line bg-sunk p-5">
      <header className="mb-4">
        <h2 className="font-semibold text-xl leading-tight">{t('nodes')}</h2>
        <p className="text-quiet text-sm">{t('nodesRole')}</p>
      </header>
      <ul className="flex flex-col gap-2" aria-live="polite">
        {nodes.map((one) => {
          const outcome = outcomes.find(({ node }) => node.toLowerCase() === one.node.toLowerCase());
          const state = outcome?.state ?? 'idle';
          return (
            <li
              key={one.node}
              data-testid="story-node"
              data-state={state}
              className="rounded-[10px] border border-line bg-raised px-3 py-2.5"
            >
              <div className="flex items-center gap-3">
                <Identicon value={one.node} size={30} />
                <div className="min-w-0 flex-1">
                  <p className="truncate font-medium leading-tight">{one.name}</p>
                  <p className={`text-sm leading-tight ${over && state === 'asked' ? 'text-quiet' : colours[state]}`}>
                    {words[state]}
                    {outcome?.ms !== undefined && state !== 'asked' && (
                      <span className="text-quiet"> · {t('ms', { ms: outcome.ms })}</span>
                    )}
                  </p>
                </div>
                <Behaviour one={one} />
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

const modes = ['run', 'stop', 'lie'] as const;

/** The demo's switch for one node. */
function Behaviour({ one }: { readonly one: StoryNode }) {
  const t = useText(startTexts);
  if (one.turn === undefined || one.mode === undefined) return null;
  return (
    <select
      aria-label={t('behave', { node: one.name })}
      value={one.mode}
      disabled={one.changing}
      aria-busy={one.changing}
      onChange={(event) => {
        const mode = modes.find((known) => known === event.target.value);
        if (mode !== undefined) one.turn?.(mode);
      }}
      className="min-h-10 rounded-lg border border-line bg-paper px-2 text-sm disabled:opacity-60"
    >
      {modes.map((mode) => (
        <option key={mode} value={mode}>
          {one.changing && mode === one.mode ? t('changing') : t(mode)}
        </option>
      ))}
    </select>
  );
}
