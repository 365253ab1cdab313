/** Passkeys live in the page; what they give goes to the worker. lib is loaded when one is asked for. */
import type { NewSlot, SlotInfo, Unlock } from 'dintel/keys';

/** Whether this browser can make one here. */
export const passkeysHere = (): boolean => window.isSecureContext && 'PublicKeyCredential' in window;

export async function makePasskey(account: string | undefined): Promise<NewSlot> {
  const { enrolPasskey } = await import('dintel/keys');
  return enrolPasskey({ user: account ?? 'Dintel', rpName: 'Dintel' });
}

export async function askPasskey(slots: readonly SlotInfo[]): Promise<Unlock> {
  const { unlockWithPasskey } = await import('dintel/keys');
  return unlockWithPasskey({ slots });
}
