import { titled } from '../i18n/titles';
import { Start } from './Start';

export const metadata = titled('/start');

/** The whole of Dintel on one screen. */
export default function StartPage() {
  return <Start />;
}
