import { titled } from '../../i18n/titles';
import { MyCard } from './MyCard';

export const metadata = titled('/people/me');

export default function Page() {
  return <MyCard />;
}
