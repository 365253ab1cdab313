'use client';

import { useHead } from '../hooks/useHead';
import { frameTexts } from '../i18n/frame';
import { useText } from '../i18n/useText';
import { Account } from './Account';
import { Activity } from './Activity';

/** The header's corner: the chain's head, what was sent, who is here. */
export function Corner() {
  return (
    <>
      <Head />
      <Activity />
      <Account />
    </>
  );
}

/** Whether the chain answers, and its newest block. */
function Head() {
  const t = useText(frameTexts);
  const { block, behind } = useHead();
  return (
    <p
      className="hidden items-center gap-2 whitespace-nowrap text-quiet text-sm lg:flex"
      role="status"
      data-testid="head"
    >
      <span aria-hidden="true" className={`size-2 rounded-full ${behind ? 'bg-amber' : 'bg-teal'}`} />
      {block !== undefined && t(behind ? 'lastSeen' : 'block', { block })}
    </p>
  );
}
