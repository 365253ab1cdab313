import { Ready } from '../../components/Ready';
import { titled } from '../../i18n/titles';
import { Stake } from '../Stake';

export const metadata = titled('/operate/stake');

/** From tokens to a node. */
export default function StakePage() {
  return (
    <div className="min-h-dvh">
      <Ready>
        <Stake />
      </Ready>
    </div>
  );
}
