/** Whether somebody has seen the recovery words of the keys in this browser. Owns: that mark, which says nothing of the words. */
import { useStored } from '../hooks/useStored';

const states = ['unseen', 'later', 'seen'] as const;
/** `later`: put off, which can be done once. */
export type Written = (typeof states)[number];

const read = (stored: string | null): Written => states.find((state) => state === stored) ?? 'unseen';

export const useWritten = () => useStored<Written>('dintel.words', read, 'unseen');
