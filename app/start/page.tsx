import type { Metadata } from 'next';
import { Start } from './Start';

export const metadata: Metadata = { title: 'The story' };

/** The whole of Dintel on one screen. */
export default function StartPage() {
  return <Start />;
}
