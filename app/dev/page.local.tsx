import type { Metadata } from 'next';
import { Ready } from '../components/Ready';
import { Tools } from './Tools';

export const metadata: Metadata = { title: 'Local tools' };

/** The local chain's tools; only the local flavour has this page. */
export default function DevPage() {
  return (
    <div className="min-h-dvh">
      <Ready>
        <Tools />
      </Ready>
    </div>
  );
}
