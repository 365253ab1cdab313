'use client';

import { useText } from '../i18n/useText';
import { underwayTexts } from './texts';
import { useTracked } from './useTracked';

/** That something waits for other signers, said where a dialog covers the card that says so. */
export function Proposed() {
  const t = useText(underwayTexts);
  const waits = useTracked().some(({ stage }) => stage === 'proposed');
  return (
    <p role="status" className="text-pretty text-amber text-sm empty:hidden" data-testid="proposed">
      {waits && `${t('proposedLine')} ${t('proposedLeave')}`}
    </p>
  );
}
