/** How far a share is, for people: from lib's progress to five steps. */
import type { ProgressEvent } from 'dintel';

export const grantStages = ['encrypt', 'ack', 'pay', 'store', 'tell', 'done'] as const;
export type GrantStage = (typeof grantStages)[number];

/** The step that is under way after this event, if the event says so. */
export function stageOfEvent(event: ProgressEvent): GrantStage | undefined {
  if (event.type !== 'grant.state') return undefined;
  switch (event.state) {
    case 'draft':
      return 'ack';
    case 'acked':
    case 'sealed':
    case 'sent':
      return 'pay';
    case 'mined':
    case 'active':
      return 'store';
    case 'published':
      return 'tell';
    default:
      return undefined;
  }
}
