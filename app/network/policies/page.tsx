import { Ready } from '../../components/Ready';
import { titled } from '../../i18n/titles';
import { Policies } from '../Policies';

export const metadata = titled('/network/policies');

/** All policies of the network, or one by `?id=`. */
export default function PoliciesPage() {
  return (
    <div className="min-h-dvh">
      <Ready early>
        <Policies />
      </Ready>
    </div>
  );
}
