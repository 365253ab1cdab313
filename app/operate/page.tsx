import type { Metadata } from 'next';
import { Ready } from '../components/Ready';
import { Operate } from './Operate';

export const metadata: Metadata = { title: 'Operate' };

/** A node from its owner's side. */
export default function OperatePage() {
  return (
    <div className="min-h-dvh">
      <Ready>
        <Operate />
      </Ready>
    </div>
  );
}
