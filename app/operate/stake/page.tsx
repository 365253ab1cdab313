import { titled } from '../../i18n/titles';
import { StakePage } from './StakePage';

export const metadata = titled('/operate/stake');

export default function Page() {
  return <StakePage />;
}
