import { ProtocolError } from '../../lib/protocol/errors.ts';

/** The code with which an act is refused, 'accepted' if it is not; any other exception goes through and fails the test. */
export function refusalOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return 'accepted';
}
