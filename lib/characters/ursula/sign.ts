/**
 * Signing with the operator's key: the only use of it in the core. Source: protocol.md section 4.
 */
import { fromHex, type MessageName, type Messages, typedDigest } from '../../protocol/index.ts';
import type { UrsulaPorts } from './ports.ts';

/** 65 bytes. */
export function signWithOperator<Name extends MessageName>(
  ports: Pick<UrsulaPorts, 'network' | 'keys' | 'observer'>,
  name: Name,
  message: Messages[Name],
): Uint8Array {
  const digest = fromHex(typedDigest(name, ports.network, message));
  ports.observer?.secretUsed?.('operator');
  return ports.keys.signDigest(digest);
}
