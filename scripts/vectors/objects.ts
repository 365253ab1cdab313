/** link.json, card.json, notice.json, condition.json: one valid each and one fault each. Source: spec/protocol.md sections 8.4 to 8.6. */
import {
  addressOf,
  type CborValue,
  concatBytes,
  decodeCbor,
  encodeCbor,
  encodeConditions,
  fingerprintWords,
  formatCard,
  formatLink,
  fromHex,
  helloTag,
  judgeConditions,
  Keyring,
  type Link,
  makeCard,
  PairwiseTags,
  sha256,
  signTyped,
  toHex,
  utf8,
} from 'dintel/protocol';
import { fromBase64url, toBase64url } from '../../lib/protocol/base64url.ts';
import { cardRegistration } from '../../lib/protocol/card.ts';
import { sealNoticeForTwoWith, sealNoticeWith } from '../../lib/protocol/notice.ts';
import { sealWith } from '../../lib/protocol/seal.ts';
import { flip, splice } from './faults.ts';
import { contractsOn, placeOf, secretOf, wordOf } from './people.ts';

const contracts = contractsOn(31337);
const { chainId, policyManager } = contracts;
const vk = secretOf('signing').publicKey;
const offCurve = fromHex(`0x02${'00'.repeat(31)}05`);

/** A body with one item replaced. */
const swap = (body: Uint8Array, at: number, value: CborValue): Uint8Array =>
  encodeCbor((decodeCbor(body) as readonly CborValue[]).map((item, i) => (i === at ? value : item)));

const nextLetter = (text: string): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet.charAt(alphabet.indexOf(text) + 1);
};

export function linkVectors(): object {
  const link: Link = {
    chainId,
    policyManager,
    policyId: wordOf('policy'),
    manifestId: wordOf('manifest'),
    verifyingKey: vk,
    uris: ['https://a.example/m', 'https://b.example/m'],
    bob: undefined,
  };
  const root = sha256(utf8('dintel vector throw-away bob'));
  const text = formatLink('https://dintel.example', link);
  const head = text.slice(0, text.indexOf('#d1.') + 4);
  const body = fromBase64url(text.slice(head.length), 'E_LINK', 'link');
  const of = (bytes: Uint8Array) => head + toBase64url(bytes);
  const lastLetter = text.slice(-1);
  if (body.length % 3 === 0) throw new Error('the vector must have spare bits');
  const cases: [string, string, string][] = [
    ['another version', text.replace('#d1.', '#d2.'), 'E_VERSION'],
    ['no data', head.slice(0, -1), 'E_LINK'],
    ['padding', `${text}${'='.repeat((4 - (toBase64url(body).length % 4)) % 4)}`, 'E_LINK'],
    ['nonzero spare bits', text.slice(0, -1) + nextLetter(lastLetter), 'E_LINK'],
    ['a letter of another alphabet', `${text.slice(0, -2)}+${lastLetter}`, 'E_LINK'],
    ['a cut end', text.slice(0, -4), 'E_LINK'],
    ['a byte behind the body', of(concatBytes(body, Uint8Array.of(0))), 'E_LINK'],
    ['a second encoding of the chain', of(splice(body, 1, 3, 0x1a, 0, 0, 0x7a, 0x69)), 'E_LINK'],
    ['six items', of(encodeCbor((decodeCbor(body) as CborValue[]).slice(0, 6))), 'E_LINK'],
    ['a short policy id', of(swap(body, 2, new Uint8Array(31))), 'E_LINK'],
    ['a key off the curve', of(swap(body, 4, offCurve)), 'E_LINK'],
    ['a secret of 31 bytes', of(swap(body, 6, new Uint8Array(31))), 'E_LINK'],
    ['1,501 characters', 'x'.repeat(1501 - text.length) + text, 'E_LINK'],
    ['another chain', of(swap(body, 0, 1)), 'E_DOMAIN'],
    ['another contract', of(swap(body, 1, fromHex(placeOf('another manager')))), 'E_DOMAIN'],
  ];
  return {
    about: 'spec/protocol.md section 10, "link". known: the contracts of the client that reads.',
    known: [{ chainId, policyManager }],
    valid: [
      { link: text, ...link, verifyingKey: toHex(vk.toBytes()), bob: undefined, secret: null, body: toHex(body) },
      {
        link: formatLink('http://localhost:3000', { ...link, uris: [], bob: Keyring.fromRoot(root) }),
        ...link,
        uris: [],
        verifyingKey: toHex(vk.toBytes()),
        bob: undefined,
        secret: toHex(root),
      },
    ],
    faults: cases.map(([name, form, code]) => ({ name, link: form, code })),
  };
}

export function cardVectors(): object {
  const keyring = Keyring.fromRoot(sha256(utf8('dintel vector root')));
  const wallet = secretOf('card owner');
  const contents = {
    receivingSecretKey: keyring.receiving(),
    verifyingSecretKey: keyring.verifying(),
    issuedAt: 1_800_000_000,
    name: 'Bob',
  };
  const owner = addressOf(wallet.publicKey);
  const plain = makeCard(contracts, contents);
  const registration = cardRegistration(makeCard(contracts, { ...contents, owner }));
  const ownerSignature = signTyped('KeyRegistration', wallet, contracts, registration);
  const owned = makeCard(contracts, { ...contents, owner, ownerSignature });
  const text = formatCard(plain);
  const prefix = 'dintel:card:1.';
  const body = fromBase64url(text.slice(prefix.length), 'E_CARD', 'card');
  const of = (bytes: Uint8Array) => prefix + toBase64url(bytes);
  const items = decodeCbor(body) as readonly CborValue[];
  const cases: [string, string, string][] = [
    ['another text', 'dintel:key:1.', 'E_BRAND'],
    ['another version', text.replace('card:1.', 'card:2.'), 'E_VERSION'],
    ['a cut end', text.slice(0, -4), 'E_CARD'],
    ['padding', `${text}=`, 'E_CARD'],
    ['a byte behind the body', of(concatBytes(body, Uint8Array.of(0))), 'E_CARD'],
    ['a second encoding of the version', of(splice(body, 1 + 3 + 1 + 35 + 35, 1, 0x18, 0)), 'E_CARD'],
    ['nine items', of(encodeCbor(items.slice(0, 9))), 'E_CARD'],
    ['a key off the curve', of(swap(body, 2, offCurve)), 'E_CARD'],
    ['one key twice', of(swap(body, 3, items[2]!)), 'E_CARD'],
    ['a control character in the name', of(swap(body, 6, 'B\u0000b')), 'E_CARD'],
    ['a zero owner', of(swap(body, 1, new Uint8Array(20))), 'E_CARD'],
    ['a signature without owner', of(swap(body, 9, new Uint8Array(65))), 'E_CARD'],
    ['another chain', of(swap(body, 0, 1)), 'E_DOMAIN'],
    [
      'the proofs exchanged',
      of(encodeCbor(items.map((item, i) => (i === 7 ? items[8]! : i === 8 ? items[7]! : item)))),
      'E_SIGNATURE',
    ],
    ['proofs for another version', of(swap(body, 4, 1)), 'E_SIGNATURE'],
    ["an owner whom the proofs don't name", of(swap(body, 1, fromHex(owner))), 'E_SIGNATURE'],
    ['a proof with v of 0', of(swap(body, 7, splice(plain.popReceiving, 64, 1, 0))), 'E_SIGNATURE'],
  ];
  return {
    about:
      'spec/protocol.md section 10, "card". The owner signs KeyRegistration with deadline = issuedAt. Faults fail in reading or in verifying.',
    contracts,
    receivingSecret: toHex(contents.receivingSecretKey.toSecretBytes()),
    verifyingSecret: toHex(contents.verifyingSecretKey.toSecretBytes()),
    ownerSecret: toHex(wallet.toSecretBytes()),
    fingerprint: fingerprintWords(plain.receivingKey, plain.verifyingKey),
    valid: [
      {
        card: text,
        owner: null,
        provenOwner: null,
        name: 'Bob',
        version: 0,
        issuedAt: 1_800_000_000,
        body: toHex(body),
      },
      { card: formatCard(owned), owner, provenOwner: owner, name: 'Bob', version: 0, issuedAt: 1_800_000_000 },
    ],
    faults: cases.map(([name, card, code]) => ({ name, card, code })),
  };
}

export function noticeVectors(): object {
  const alice = Keyring.fromRoot(sha256(utf8('dintel vector alice')));
  const bob = Keyring.fromRoot(sha256(utf8('dintel vector bob')));
  const [a, b] = [alice.receiving(), bob.receiving()];
  const place = { policyId: wordOf('policy'), tag: PairwiseTags.toRecipient(a, b.publicKey).at(0) };
  const notice = { manifestId: wordOf('manifest'), verifyingKey: vk, uris: ['https://a.example/m'], name: 'Alice' };
  const e = secretOf('notice e');
  const envelope = sealNoticeWith(e, b.publicKey, place, notice);
  const eTwo = secretOf('notice e of the sender');
  const key = fromHex(wordOf('notice key'));
  const two = sealNoticeForTwoWith(key, [e, eTwo], [b.publicKey, a.publicKey], place, notice);
  const bobAddress = placeOf('bob');
  const aad = concatBytes(fromHex(place.policyId), fromHex(place.tag));
  const sealBody = (body: CborValue) => sealWith(e, b.publicKey, 'notice', aad, encodeCbor(body));
  const id = fromHex(notice.manifestId);
  const cases: [string, object, Uint8Array, string][] = [
    ['another policy', { policyId: wordOf('another policy') }, envelope, 'seal.open'],
    ['another tag', { tag: wordOf('another tag') }, envelope, 'seal.open'],
    ['a bit of the envelope', {}, flip(envelope, 8 * 60), 'seal.open'],
    ['one byte less', {}, envelope.subarray(0, -1), 'seal.open'],
    ['513 bytes', {}, concatBytes(envelope, new Uint8Array(513 - envelope.length)), 'E_LENGTH'],
    ['three items', {}, sealBody([id, vk.toBytes(), []]), 'E_NOTICE'],
    ['a key off the curve', {}, sealBody([id, offCurve, [], null]), 'E_NOTICE'],
    ['a line break in the name', {}, sealBody([id, vk.toBytes(), [], 'A\nB']), 'E_NOTICE'],
    ['nine places', {}, sealBody([id, vk.toBytes(), Array(9).fill('u'), null]), 'E_NOTICE'],
    ['for two: another tag', { tag: wordOf('another tag') }, two, 'seal.open'],
    ['for two: a bit of its head', {}, flip(two, 1), 'seal.open'],
    ['for two: a bit of the slot of the other', {}, flip(two, 8 * 100), 'seal.open'],
    ['for two: a bit of its body', {}, flip(two, 8 * 200), 'seal.open'],
    ['for two: one byte less', {}, two.subarray(0, -1), 'seal.open'],
    ['for two: no body', {}, two.subarray(0, 163), 'seal.open'],
  ];
  return {
    about: 'spec/protocol.md section 10, "notice". Pairwise tags are of receiving keys; toBob has Alice as sender.',
    aliceReceivingSecret: toHex(a.toSecretBytes()),
    bobReceivingSecret: toHex(b.toSecretBytes()),
    tags: {
      toBob: [0, 1, 2].map((i) => PairwiseTags.toRecipient(a, b.publicKey).at(i)),
      toAlice: [0, 1, 2].map((i) => PairwiseTags.toRecipient(b, a.publicKey).at(i)),
      hello: { chainId, policyManager, bob: bobAddress, tag: helloTag({ chainId, policyManager, bob: bobAddress }) },
    },
    valid: {
      ...place,
      e: toHex(e.toSecretBytes()),
      ...notice,
      verifyingKey: toHex(vk.toBytes()),
      envelope: toHex(envelope),
    },
    forTwo: { ...place, key: toHex(key), e: [e, eTwo].map((one) => toHex(one.toSecretBytes())), envelope: toHex(two) },
    faults: cases.map(([name, other, bytes, code]) => ({ name, ...place, ...other, envelope: toHex(bytes), code })),
  };
}

export function conditionVectors(): object {
  const windows = [
    { notBefore: 1_800_000_000, notAfter: 1_800_086_400 },
    { notBefore: 1_800_000_000 },
    { notAfter: 1_800_000_000 },
    {},
  ];
  const times = [0, 1_799_999_999, 1_800_000_000, 1_800_086_399, 1_800_086_400, 2 ** 40 - 1];
  const time = (...rest: CborValue[]): Uint8Array => encodeCbor([1, ['time', ...rest]]);
  const cases: [string, Uint8Array, string][] = [
    ['version 2', encodeCbor([2, ['time', null, null]]), 'E_CONDITION'],
    ...['all', 'any', 'not', 'token', 'call', 'moon'].map((head): [string, Uint8Array, string] => [
      `the head "${head}"`,
      encodeCbor([1, [head, null, null]]),
      'E_CONDITION',
    ]),
    ['two items', time(null), 'E_CONDITION'],
    ['four items', time(null, null, null), 'E_CONDITION'],
    ['text for seconds', time('1', null), 'E_CONDITION'],
    ['an empty window', time(7, 7), 'E_CONDITION'],
    ['a window turned round', time(8, 7), 'E_CONDITION'],
    ['a second encoding of a second', splice(time(7, null), 8, 1, 0x18, 7), 'E_CONDITION'],
    ['a byte behind the end', concatBytes(time(null, null), Uint8Array.of(0)), 'E_CONDITION'],
    ['a float', splice(time(7, null), 8, 1, 0xf9, 0x47, 0x00), 'E_CONDITION'],
    ['a map', Uint8Array.of(0xa1, 0x01, 0x02), 'E_CONDITION'],
    ['nothing', new Uint8Array(0), 'E_LENGTH'],
    ['1,025 bytes', new Uint8Array(1025), 'E_LENGTH'],
  ];
  return {
    about:
      'spec/protocol.md section 10, "condition". judged: by the second of the head; allowed, E_PENDING or E_EXPIRED.',
    valid: windows.map((window) => {
      const bytes = encodeConditions(window);
      const judged = times.map((at) => {
        const verdict = judgeConditions(bytes, at);
        return { at, verdict: verdict.allowed ? 'allowed' : verdict.code };
      });
      return { notBefore: null, notAfter: null, ...window, conditions: toHex(bytes), judged };
    }),
    faults: cases.map(([name, bytes, code]) => ({ name, conditions: toHex(bytes), code })),
  };
}
