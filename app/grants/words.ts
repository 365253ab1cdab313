/** A grant as people speak of it: what, to whom, until when. Pure. */
import { bytes, timeOf } from '../format';
import type { sharingTexts } from '../sharing/texts';
import type { OwnGrant } from '../worker/sharing';

type Say = (key: keyof typeof sharingTexts.en, values?: Readonly<Record<string, string>>) => string;

export const tones = { live: 'text-teal', expired: 'text-quiet', revoked: 'text-amber' } as const;

/** Its files; those without a name on this device by their size. Empty if nothing is known of them. */
export const namesOf = ({ files }: OwnGrant): string => files.map(({ name, size }) => name || bytes(size)).join(', ');

/** To whom it is. */
export const whomOf = ({ whom, reader }: OwnGrant, say: Say): string =>
  say('toWhom', { name: whom ?? (reader === undefined ? say('somebody') : reader.slice(0, 8)) });

const ends = { live: 'ends', expired: 'ended', revoked: 'stoppedAt' } as const;

/** How it stands, in a word. */
export const stateOf = ({ state, startsAt }: OwnGrant, say: Say): string =>
  say(startsAt === undefined ? state : 'waiting');

/** From when, until when, or when it was over. */
export const whenOf = ({ state, startsAt, expiresAt }: OwnGrant, language: string, say: Say): string =>
  startsAt === undefined
    ? say(ends[state], { when: timeOf(expiresAt, language) })
    : say('opensAt', { when: timeOf(startsAt, language) });
