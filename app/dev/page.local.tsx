import { Ready } from '../components/Ready';
import { titled } from '../i18n/titles';
import { Tools } from './Tools';

export const metadata = titled('/dev');

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
