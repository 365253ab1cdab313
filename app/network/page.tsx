import { Ready } from '../components/Ready';
import { titled } from '../i18n/titles';
import { Overview } from './Overview';

export const metadata = titled('/network');

/** The network as the chain tells it. */
export default function NetworkPage() {
  return (
    <div className="min-h-dvh">
      <Ready early>
        <Overview />
      </Ready>
    </div>
  );
}
