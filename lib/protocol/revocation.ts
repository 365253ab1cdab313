/**
 * Revocation: the owner ends a policy. The same bytes are an early notice to nodes and the argument of `revokeBySig`.
 * Source: spec/protocol.md section 4 and section 7, `/v1/revocations`.
 */
import { ProtocolError } from './errors.ts';
import type { Address } from './hex.ts';
import type { Contracts, Revocation } from './messages.ts';
import { type ContractJudge, type VerifiedMessage, verifyContractSigned } from './typed.ts';

export type VerifiedRevocation = VerifiedMessage<'Revocation'>;

/**
 * Throws E_SIGNATURE unless the owner signed it (a contract owner answers through `judge`), E_CLOCK if `now` > deadline.
 * Units: seconds of the head.
 */
export async function verifyRevocation(of: {
  contracts: Contracts;
  revocation: Revocation;
  signature: Uint8Array;
  owner: Address;
  now: number;
  judge?: ContractJudge;
}): Promise<VerifiedRevocation> {
  const { contracts, revocation, signature, owner, now, judge } = of;
  if (now > revocation.deadline) {
    throw new ProtocolError('E_CLOCK', {
      field: 'deadline',
      expected: `${now} or later`,
      got: String(revocation.deadline),
    });
  }
  return verifyContractSigned('Revocation', contracts, revocation, signature, owner, judge);
}
