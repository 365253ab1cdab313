/**
 * The vocabulary of errors: what a node says over REST, what the library and its clients say, each with a sentence for people that names
 * the cure. Owns: names, statuses, whether trying again can help, sentences. Owns not: the words of keys at rest and of Umbral's steps
 * (`keyCodes.ts`, `stepCodes.ts`), how an error is thrown (`errors.ts`) or travels (`problem.ts`). What is here loads with every page:
 * a sentence says what is wrong and what helps, and no more. Sources: spec/protocol.md section 7 (E_ codes) and 8 (brands),
 * research/app-sdk.md section 2 (names that never cross the wire).
 */

import type { keyCodes } from './keyCodes.ts';
import type { stepCodes } from './stepCodes.ts';

/** What is known about a code before anything happened. `sentence` <= 200 characters: what was wrong and what to do. */
export interface CodeEntry {
  readonly retryable: boolean;
  readonly sentence: string;
}

/** A code that crosses the wire, with its HTTP status. */
export interface WireEntry extends CodeEntry {
  readonly status: number;
}

const no = false;
const yes = true;

/** Every code a node may answer, in the order of statuses. */
export const wireCodes = {
  E_JSON: {
    status: 400,
    retryable: no,
    sentence: 'The body is not valid JSON. Send one JSON object in UTF-8, without a byte-order mark.',
  },
  E_JSON_DUPLICATE: {
    status: 400,
    retryable: no,
    sentence: 'A member appears twice in one JSON object. Send each member once.',
  },
  E_UTF8: { status: 400, retryable: no, sentence: 'The text is not valid UTF-8. Encode it as UTF-8.' },
  E_URL: {
    status: 400,
    retryable: no,
    sentence: 'The address is malformed. Use a path of the API as written, without escapes or query.',
  },
  E_LENGTH: {
    status: 400,
    retryable: no,
    sentence: 'There are too few or too many bytes. Send exactly the number that the format asks for.',
  },
  E_SEAL: {
    status: 400,
    retryable: no,
    sentence: 'The sealed request cannot be opened. Seal it to the encrypting key that the node announces now.',
  },
  E_SIGNATURE: {
    status: 401,
    retryable: no,
    sentence: 'The signature is missing, malformed or by another key. Sign with the key that the message names.',
  },
  E_DOMAIN: {
    status: 401,
    retryable: no,
    sentence: 'The message is for another chain or other contracts. Use the domain that the node announces.',
  },
  E_AUDIENCE: {
    status: 401,
    retryable: no,
    sentence: 'The message is addressed to another node. Send it to the node that it names.',
  },
  E_CLOCK: {
    status: 401,
    retryable: yes,
    sentence: 'The request is outside its time window. Correct the clock by the Date header and sign a new request.',
  },
  E_PAYMENT: {
    status: 402,
    retryable: no,
    sentence:
      'The policy pays less than this node takes, and no acknowledgement covers it. Offer the rate that the node asks.',
  },
  E_REVOKED: {
    status: 403,
    retryable: no,
    sentence: 'The policy was revoked by its owner. Ask the owner for a new grant.',
  },
  E_RECIPIENT: {
    status: 403,
    retryable: no,
    sentence: 'The share is for another reader. Sign with the key that the grant was made for.',
  },
  E_KFRAG: {
    status: 403,
    retryable: no,
    sentence: 'The sealed key fragment is not the one of this leaf. Send the bytes of the manifest unchanged.',
  },
  E_ROUTE: {
    status: 404,
    retryable: no,
    sentence: 'There is no such route. See /v1/openapi.json for those that exist.',
  },
  E_POLICY: {
    status: 404,
    retryable: no,
    sentence: 'The policy is not known on this chain. Check its id, or wait until its creation is mined.',
  },
  E_CHUNK: { status: 404, retryable: no, sentence: 'The chunk is not held here. Ask another node of the cohort.' },
  E_NOT_RESERVED: { status: 404, retryable: no, sentence: 'No reservation names this chunk. Reserve it first.' },
  E_METHOD: {
    status: 405,
    retryable: no,
    sentence: 'The route does not know this method. Use one that the Allow header names.',
  },
  E_ACCEPT: {
    status: 406,
    retryable: no,
    sentence: 'No accepted media type can be produced. Accept application/json.',
  },
  E_TIMEOUT: {
    status: 408,
    retryable: yes,
    sentence: 'The request did not arrive in time. Send it again over a faster connection.',
  },
  E_REPLAY: {
    status: 409,
    retryable: no,
    sentence: 'The nonce was used before. Sign a new request with a fresh nonce.',
  },
  E_LEAF: {
    status: 409,
    retryable: no,
    sentence:
      'The leaf does not agree with its parts or with the root on chain. Send the leaf and proof of this policy.',
  },
  E_NOT_BONDED: { status: 409, retryable: no, sentence: 'The node has no sufficient stake now. Choose another node.' },
  E_HORIZON: {
    status: 409,
    retryable: no,
    sentence:
      'The time asked for is beyond the availability of the node. Ask for an earlier end or choose another node.',
  },
  E_EXPIRED: { status: 410, retryable: no, sentence: 'The policy has expired. Ask the owner for a new grant.' },
  E_KEY_NUMBER: {
    status: 410,
    retryable: no,
    sentence: 'The node has erased this encrypting key. Seal to the key that it announces now.',
  },
  E_TOO_LARGE: { status: 413, retryable: no, sentence: 'The body is larger than the limit. Send less.' },
  E_BUDGET: {
    status: 413,
    retryable: no,
    sentence: 'The reservation exceeds the byte budget of the policy. Reserve fewer or smaller chunks.',
  },
  E_MEDIA_TYPE: {
    status: 415,
    retryable: no,
    sentence: 'The content type is missing or wrong. Use the one that the route names.',
  },
  E_ENCODING: { status: 415, retryable: no, sentence: 'Content encodings are not taken. Send the body uncompressed.' },
  E_RANGE: {
    status: 416,
    retryable: no,
    sentence: 'The range is outside the chunk or is more than one. Ask for one range inside it.',
  },
  E_SCHEMA: {
    status: 422,
    retryable: no,
    sentence: 'The body has the wrong shape. Send one JSON object as the route describes it.',
  },
  E_FIELD: {
    status: 422,
    retryable: no,
    sentence: 'A field or option is missing or malformed. Give what is expected.',
  },
  E_FIELD_UNKNOWN: { status: 422, retryable: no, sentence: 'A field is not known. Remove it.' },
  E_NUMBER: {
    status: 422,
    retryable: no,
    sentence: 'A number is not whole or out of range. In JSON, write integers above 2^53-1 as decimal strings.',
  },
  E_DEPTH: { status: 422, retryable: no, sentence: 'The JSON is nested too deeply. Send at most 8 levels.' },
  E_COUNT: {
    status: 422,
    retryable: no,
    sentence: 'A list has too few or too many items. Give what is expected.',
  },
  E_HASH: {
    status: 422,
    retryable: no,
    sentence: 'The bytes do not hash to their id. Send the chunk that was reserved.',
  },
  E_CAPSULE_INVALID: {
    status: 422,
    retryable: no,
    sentence: 'A capsule is malformed or fails its own check. Take it again from the header of the file.',
  },
  E_CONDITION: {
    status: 422,
    retryable: no,
    sentence: 'A condition of the policy is not known or malformed. The owner must use conditions that the node knows.',
  },
  E_KFRAG_PARSE: { status: 422, retryable: no, sentence: 'The opened key fragment is malformed. Make a new one.' },
  E_KFRAG_SEAL: {
    status: 422,
    retryable: no,
    sentence: 'The sealed key fragment cannot be opened for this policy, place and node. Seal it again.',
  },
  E_KFRAG_COMMITMENT: {
    status: 422,
    retryable: no,
    sentence: 'The commitment of the key fragment is wrong. Make a new one.',
  },
  E_KFRAG_SIGNATURE: {
    status: 422,
    retryable: no,
    sentence: 'The signature of the key fragment is wrong. Sign it with the verifying key of the leaf.',
  },
  E_KFRAG_RECEIVER: {
    status: 422,
    retryable: no,
    sentence: 'The signature of the key fragment for the receiver is wrong. Make it for the keys of the leaf.',
  },
  E_KFRAG_FLAGS: {
    status: 422,
    retryable: no,
    sentence: 'The key fragment is not signed for both keys. Make it with both sign flags set.',
  },
  E_PENDING: {
    status: 425,
    retryable: yes,
    sentence: 'The policy is not confirmed or has not begun yet. Try again after the time in Retry-After.',
  },
  E_RATE: { status: 429, retryable: yes, sentence: 'Too many requests. Try again after the time in Retry-After.' },
  E_HEADERS: {
    status: 431,
    retryable: no,
    sentence: 'The headers are too large or too many. Send at most 8 KiB and 100 of them.',
  },
  E_INTERNAL: {
    status: 500,
    retryable: yes,
    sentence: 'The node failed inside. Ask another node, or its operator with the request id.',
  },
  E_BUSY: {
    status: 503,
    retryable: yes,
    sentence: 'The node is busy. Try again after the time in Retry-After, or ask another node.',
  },
  E_CHAIN_STALE: {
    status: 503,
    retryable: yes,
    sentence: 'The node has no fresh view of the chain and judges nothing until it has. Ask another node or try later.',
  },
  E_STOPPING: { status: 503, retryable: yes, sentence: 'The node is stopping. Ask another node or try later.' },
  E_STORAGE: { status: 507, retryable: no, sentence: 'The node has no room left. Use another node of the cohort.' },
} as const satisfies Record<string, WireEntry>;

/** What the library says of its own inputs and of objects it opens; these never cross the wire. */
export const libraryCodes = {
  E_TYPE: { retryable: no, sentence: 'A value has the wrong type. Pass the type that is expected.' },
  E_HEX: {
    retryable: no,
    sentence: 'The text is not hexadecimal of the expected length. Pass 0x and lower-case digits.',
  },
  E_ADDRESS: {
    retryable: no,
    sentence: 'The text is not an Ethereum address. Pass 0x and 40 hexadecimal digits with a right checksum.',
  },
  E_BRAND: { retryable: no, sentence: 'This is another kind of object. Pass the kind that is expected.' },
  E_VERSION: { retryable: no, sentence: 'This object is of another version. Update the software that reads it.' },
  E_CANONICAL: {
    retryable: no,
    sentence: 'The value is not in its one canonical encoding. The object is damaged or was made by faulty software.',
  },
  E_LABEL: { retryable: no, sentence: 'The label is not text of 1 to 1024 bytes. Choose another.' },
  E_THRESHOLD: { retryable: no, sentence: 'The threshold must be at least 1 and at most the number of shares.' },
  E_SHARES_MAX: { retryable: no, sentence: 'A policy has 1 to 64 shares. Choose fewer.' },
  E_DURATION: {
    retryable: no,
    sentence: 'A policy must end in the future and bill at most 1024 epochs. Choose another end.',
  },
  E_DECRYPT: {
    retryable: no,
    sentence: 'The bytes cannot be opened with this key. They are damaged or meant for another key.',
  },
  E_CHUNK_ORDER: {
    retryable: no,
    sentence: 'A chunk is missing, repeated or out of place. Fetch the file again from another source.',
  },
  E_CHUNK_FINAL: {
    retryable: no,
    sentence: 'The file ends too early or goes on after its end. Fetch it again from another source.',
  },
  E_FILE: { retryable: no, sentence: 'The file is not a well-formed Dintel file. Fetch it again from another source.' },
  E_MANIFEST: {
    retryable: no,
    sentence: 'The manifest does not hold together or is not what the chain says. Ask the owner to share again.',
  },
  E_LINK: { retryable: no, sentence: 'The link is damaged. Copy it again in full.' },
  E_CARD: {
    retryable: no,
    sentence: 'The receive card is damaged or its keys are not proven. Ask its owner for a new one.',
  },
  E_BOND_CODE: {
    retryable: no,
    sentence:
      'The bond code is damaged, too old, or for another stake wallet. Make a new one with `dintel ursula bond-code`.',
  },
  E_NOTICE: { retryable: no, sentence: 'The notice is not for this key or is damaged.' },
  E_WORDS: { retryable: no, sentence: 'The words are not a valid recovery phrase. Check each word and their order.' },
  E_EVIDENCE: {
    retryable: no,
    sentence: 'The answer is signed by its node and wrong. Report it: the node can be slashed for it.',
  },
} as const satisfies Record<string, CodeEntry>;

/** What clients say to people; these never cross the wire. Source: research/app-sdk.md section 2. */
export const clientCodes = {
  THRESHOLD_NOT_MET: {
    retryable: yes,
    sentence: 'Fewer nodes gave a verified answer than are needed. See the reason of each node and try again.',
  },
  NOT_ENOUGH_NODES: {
    retryable: yes,
    sentence: 'There are fewer suitable nodes than shares. Choose fewer shares, a shorter time or a higher rate.',
  },
  NODE_UNREACHABLE: {
    retryable: yes,
    sentence: 'The node cannot be reached. Try again later, or go on with the other nodes.',
  },
  NODE_TIMEOUT: {
    retryable: yes,
    sentence: 'The node did not answer in time. Try again later, or challenge it on chain.',
  },
  NODE_BAD_PROOF: {
    retryable: no,
    sentence: 'The answer of the node is wrong. Report it: a signed wrong answer can be slashed.',
  },
  NODE_REFUSED: { retryable: no, sentence: 'The node refused. Its reason is given with this error.' },
  POLICY_UNPAID: { retryable: no, sentence: 'The policy is not paid. Its sponsor must create it on chain.' },
  POLICY_NOT_STARTED: { retryable: yes, sentence: 'Access has not begun yet. Try again later.' },
  POLICY_EXPIRED: { retryable: no, sentence: 'Access has ended by its date. Ask the owner for a new grant.' },
  POLICY_REVOKED: { retryable: no, sentence: 'Access was revoked by the owner. Ask for a new grant.' },
  KEY_NOT_REGISTERED: {
    retryable: no,
    sentence: 'This address has registered no receiving key. Ask its owner to register one or to send a receive card.',
  },
  KEY_CHANGED: {
    retryable: no,
    sentence: 'The key of this person has changed. Compare the fingerprint with them before going on.',
  },
  KEY_LOCKED: { retryable: no, sentence: 'The keys are locked. Unlock them first.' },
  STORAGE_NOT_FOUND: {
    retryable: yes,
    sentence: 'The data is not found in any known place. Try again later or ask the sender.',
  },
  STORAGE_CORRUPT: { retryable: yes, sentence: 'The data is not what was stored. Fetch it from another place.' },
  STORAGE_REFUSED: {
    retryable: no,
    sentence: 'The place does not take the data. Give it room or the right to write there, or use another place.',
  },
  VERSION_UNSUPPORTED: { retryable: no, sentence: 'This was made by a newer version. Update and try again.' },
  CHAIN_MISMATCH: {
    retryable: no,
    sentence: 'The wallet or node is on another chain. Switch to the chain that is named.',
  },
  INSUFFICIENT_FUNDS: {
    retryable: no,
    sentence: 'The account holds less than the price and the gas. Fund it and try again.',
  },
  USER_REJECTED: { retryable: no, sentence: 'The wallet request was declined. Nothing was sent.' },
  ABORTED: { retryable: no, sentence: 'Stopped as asked.' },
} as const satisfies Record<string, CodeEntry>;

/** What a seal says. Source: spec/protocol.md section 2. */
export const sealCodes = {
  'seal.open': {
    retryable: no,
    sentence: 'The sealed bytes cannot be opened. They are damaged, or meant for another key or purpose.',
  },
} as const satisfies Record<string, CodeEntry>;

/** What the door to a chain says (lib/chain). */
export const chainCodes = {
  'chain.unreachable': {
    retryable: yes,
    sentence: 'The chain cannot be reached. Check the RPC address and the connection.',
  },
  'chain.rpc': {
    retryable: no,
    sentence: 'The RPC refused the call. Its reason is given with this error; use another RPC if it persists.',
  },
  'chain.range': { retryable: yes, sentence: 'Too many logs were asked for at once. Ask for fewer blocks.' },
  'chain.wrong_chain': {
    retryable: no,
    sentence: 'The RPC or wallet is on another chain. Use the one that is named.',
  },
  'chain.not_deployed': {
    retryable: no,
    sentence: 'There is no such contract or function at this address. Check address and chain.',
  },
  'chain.reverted': { retryable: no, sentence: 'The contract refused. Its reason is given with this error.' },
  'chain.funds': { retryable: no, sentence: 'The account cannot pay the value and the gas. Fund it and try again.' },
  'chain.rejected': { retryable: no, sentence: 'The wallet request was declined. Nothing was sent.' },
  'chain.nonce': {
    retryable: yes,
    sentence: 'Another transaction of the account took the place of this one. Try again.',
  },
  'chain.dropped': {
    retryable: no,
    sentence: 'The transaction vanished before it was mined. Look at the account before sending again.',
  },
  'chain.aborted': { retryable: no, sentence: 'Stopped as asked.' },
  'chain.timeout': { retryable: yes, sentence: 'The chain did not answer in time. Try again.' },
  'chain.abi': {
    retryable: no,
    sentence: 'Arguments or results do not fit the contract. Check ids and addresses.',
  },
  'chain.no_account': { retryable: no, sentence: 'This connection has no account that could sign. Connect one.' },
  'chain.config': { retryable: no, sentence: 'An option of the chain makes no sense. Give what is expected.' },
} as const satisfies Record<string, CodeEntry>;

export type WireCode = keyof typeof wireCodes;
export type LibraryCode = keyof typeof libraryCodes;
export type ClientCode = keyof typeof clientCodes;
export type SealCode = keyof typeof sealCodes;
export type KeyCode = keyof typeof keyCodes;
export type StepCode = keyof typeof stepCodes;
export type ChainCode = keyof typeof chainCodes;
/** What any room may say, so that everybody has its sentence. */
export type CommonCode = WireCode | LibraryCode | ClientCode | SealCode | ChainCode;
export type Code = CommonCode | KeyCode | StepCode;

/**
 * Steps that can be a node's reason, one to one; the other steps are the client's own affair. Where a parse fails inside an
 * object the node names the object instead (a capsule that does not parse is E_CAPSULE_INVALID, a kfrag E_KFRAG_PARSE), and
 * where a kfrag's signature for the receiver fails it says which of the two it was (E_KFRAG_RECEIVER).
 */
export const stepToWire = {
  parse: 'E_FIELD',
  'capsule.verify': 'E_CAPSULE_INVALID',
  'kfrag.commitment': 'E_KFRAG_COMMITMENT',
  'kfrag.signature': 'E_KFRAG_SIGNATURE',
  'signature.verify': 'E_SIGNATURE',
  'seal.open': 'E_SEAL',
} as const satisfies Partial<Record<StepCode | SealCode, WireCode>>;

const common: ReadonlyMap<string, CodeEntry> = new Map<string, CodeEntry>(
  [wireCodes, libraryCodes, clientCodes, sealCodes, chainCodes].flatMap((part) => Object.entries(part)),
);

/** The entry of a code that any room may say, or undefined. */
export function commonEntry(code: string): CodeEntry | undefined {
  return common.get(code);
}

/** Whether any room may say it. */
export function isCommonCode(code: string): code is CommonCode {
  return common.has(code);
}

/** Whether a text is a code that a node may answer. */
export function isWireCode(code: string): code is WireCode {
  return Object.hasOwn(wireCodes, code);
}

/** The wire code of a step, or undefined if the step never crosses the wire. */
export function wireCodeOf(step: string): WireCode | undefined {
  return Object.hasOwn(stepToWire, step) ? stepToWire[step as keyof typeof stepToWire] : undefined;
}
