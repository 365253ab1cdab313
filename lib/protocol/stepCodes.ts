/**
 * What a step of Umbral says. Owns: its sentences, apart from the other codes because no error of ours is made with them: an
 * `UmbralError` has its own text, and a page need not load a second one. Source: spec/umbral.md section 11, whose step names they are.
 */
import type { CodeEntry } from './codes.ts';

const no = false;
const yes = true;

/** The library's own `code` is the step name. */
export const stepCodes = {
  parse: {
    retryable: no,
    sentence: 'The bytes are not the one canonical encoding of this object. They are damaged or of another kind.',
  },
  'capsule.verify': { retryable: no, sentence: 'The capsule fails its own check. Take it again from its source.' },
  'kfrag.commitment': { retryable: no, sentence: 'The commitment of the key fragment is wrong. Make a new one.' },
  'kfrag.delegating_key_missing': {
    retryable: no,
    sentence: 'The key fragment is signed for a delegating key. Pass that key to verify it.',
  },
  'kfrag.receiving_key_missing': {
    retryable: no,
    sentence: 'The key fragment is signed for a receiving key. Pass that key to verify it.',
  },
  'kfrag.signature': {
    retryable: no,
    sentence: 'The signature of the key fragment is not by this verifying key for these keys.',
  },
  'cfrag.kfrag_signature': {
    retryable: no,
    sentence: 'The re-encrypted fragment is not of a key fragment by this verifying key for these keys.',
  },
  'cfrag.reencryption': {
    retryable: no,
    sentence: 'The proof of re-encryption is wrong. The node that made it is at fault.',
  },
  'open.no_cfrags': {
    retryable: no,
    sentence: 'There are no re-encrypted fragments. Collect as many as the threshold.',
  },
  'open.mismatched': {
    retryable: no,
    sentence: 'The re-encrypted fragments are of different grants. Use those of one grant.',
  },
  'open.repeating': { retryable: no, sentence: 'One re-encrypted fragment is given twice. Use different ones.' },
  'open.validation': {
    retryable: no,
    sentence: 'The fragments do not open the capsule: too few of them, or another key or capsule.',
  },
  'dem.too_short': { retryable: no, sentence: 'The ciphertext is too short. It was cut.' },
  'dem.auth': {
    retryable: no,
    sentence: 'The ciphertext is not authentic. It was changed, or is of another key or capsule.',
  },
  'evidence.recovery': {
    retryable: no,
    sentence: 'The signature inside the fragment is not by these keys, so that no evidence can be built.',
  },
  'evidence.identity': {
    retryable: no,
    sentence: 'The fragment has a zero proof, which evidence cannot hold. The fragment is malformed.',
  },
  'generate.threshold': {
    retryable: no,
    sentence: 'The threshold must be at least 1 and at most the number of shares.',
  },
  'signature.verify': { retryable: no, sentence: 'The signature is not by this key for this message.' },
  'engine.not_ready': {
    retryable: yes,
    sentence: 'WebAssembly is refused here. Await `ready()` once, before the first synchronous call.',
  },
} as const satisfies Record<string, CodeEntry>;
