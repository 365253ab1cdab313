/**
 * Every limit of a message, in one place; node and client read the same numbers. Owns not: constants of the chain (constants.ts).
 * Source: spec/protocol.md section 7, "Limits".
 */

export const maxCapsules = 50;
export const maxConditionBytes = 1024;
/** Words of a leaf proof: ceil(log2(64 shares)). */
export const maxProofWords = 6;
/** Chunks named by one reservation. */
export const maxReservedChunks = 600;
export const maxUrlBytes = 255;
export const maxPeerIdBytes = 64;

export const maxJsonBytes = 65_536;
export const maxJsonDepth = 8;
export const maxChunkBytes = 1_048_592;
/** A sealed request holds one JSON body; CBOR, SEAL and key number add less than 256 bytes. */
export const maxSealedBytes = maxJsonBytes + 256;
/** What a client takes of a JSON answer: 50 results of 359 + 65 bytes in hex are 44 KiB. */
export const maxAnswerBytes = 131_072;
export const maxPathBytes = 256;
export const maxHeaderBytes = 8192;
export const maxHeaders = 100;
export const maxProblemBytes = 8192;
export const maxDetailCharacters = 200;

/** Milliseconds a node waits for each part of a request. */
export const headersTimeoutMs = 4000;
export const jsonTimeoutMs = 5000;
export const chunkTimeoutMs = 30_000;
