/** `dintel/protocol`: what lib, node and contracts say to each other. Re-exports only. Source: spec/protocol.md. */

export * from './ack.ts';
export * from './address.ts';
export type {
  AckAnswer,
  AckBody,
  HeadBody,
  InfoAnswer,
  LeafBody,
  PolicyAnswer,
  ReencryptAnswer,
  ReencryptBody,
  ReservationAnswer,
  ReservationBody,
  RevocationAnswer,
  RevocationBody,
} from './bodies.ts';
export * from './bytes.ts';
export * from './codes.ts';
export * from './constants.ts';
export * from './errors.ts';
export * from './hash.ts';
export * from './hex.ts';
export * from './json.ts';
export * from './leaf.ts';
export * from './limits.ts';
export * from './messages.ts';
export * from './nodeInfo.ts';
export * from './openapi.ts';
export * from './policy.ts';
export * from './problem.ts';
export * from './receipt.ts';
export * from './request.ts';
export * from './reservation.ts';
export * from './revocation.ts';
export * from './routes.ts';
export * from './signature.ts';
export * from './tree.ts';
export * from './typed.ts';
