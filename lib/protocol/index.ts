/** `dintel/protocol`: what lib, node and contracts say to each other. Re-exports only. Source: spec/protocol.md. */
export * from './address.ts';
export * from './bytes.ts';
export * from './codes.ts';
export * from './errors.ts';
export * from './hash.ts';
export * from './hex.ts';
