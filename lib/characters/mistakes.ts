/**
 * What the doors of Alice and Bob take, option by option. Owns: the shapes, and which of them an object of options misses. Owns not: when
 * that is asked (`explain.ts`), how a shape is checked (`protocol/shapes.ts`). Loaded when a call has failed.
 */
import { isObject } from '../protocol/came.ts';
import { isVerifiedCard } from '../protocol/card.ts';
import { DintelError } from '../protocol/errors.ts';
import { maxNoteBytes } from '../protocol/manifest.ts';
import {
  anAddress,
  checkOptions,
  having,
  listOf,
  milliseconds,
  optional,
  type Shape,
  type Shapes,
  someFunction,
  someObject,
  someText,
  trueOrFalse,
  watching,
  whole,
} from '../protocol/shapes.ts';
import { Receiver } from './alice/recipient.ts';
import { aChain, aDeployment, aKeyring, aPublicKey, aReader, common } from './doors.ts';
import { isPinnedRecipient } from './people/pinned.ts';

const quote: Shapes = {
  rateWei: optional({
    expected: 'wei as a bigint: 1n to 2n ** 96n - 1n',
    fits: (value) => typeof value === 'bigint' && value > 0n && value < 2n ** 96n,
    shows: true,
  }),
  ...watching,
};

/** An address as text may be a card that was cut. */
const recipient: Shape = {
  expected: 'a receive card, { address }, or a recipient of People',
  fits: (value) =>
    typeof value === 'string'
      ? !value.trim().startsWith('0x')
      : Receiver.is(value) ||
        isPinnedRecipient(value) ||
        isVerifiedCard(value) ||
        (isObject(value) &&
          (anAddress.fits(value.address) ||
            (aPublicKey.fits(value.receivingKey) && aPublicKey.fits(value.verifyingKey)))),
};

const grant: Shapes = {
  label: someText,
  files: listOf(having('a sealed file: await heldFile(stream), await openSealedFile(range)', 'readChunk')),
  to: recipient,
  labelVersion: optional(whole(0, 2 ** 32 - 1)),
  note: optional({
    expected: `text of at most ${maxNoteBytes} bytes`,
    fits: (value) => typeof value === 'string' && new TextEncoder().encode(value).length <= maxNoteBytes,
  }),
  vouch: optional(trueOrFalse),
  conditions: optional(someObject),
  selfNotice: optional(trueOrFalse),
  announce: optional({
    expected: "'contact', 'hello' or 'none'",
    fits: (value) => ['contact', 'hello', 'none'].includes(value as string),
  }),
  ...quote,
};

const asking: Shapes = {
  only: optional(someFunction),
  knownAuthors: optional(listOf(aPublicKey)),
  hedgeMs: optional(milliseconds),
  nodeTimeoutMs: optional(milliseconds),
  ...watching,
};

const doors = {
  network: { chain: aReader, deployment: aDeployment },
  alice: { keyring: aKeyring, chain: aChain, deployment: aDeployment, depth: optional(whole(0)), ...common },
  bob: {
    keyring: aKeyring,
    chain: aReader,
    deployment: aDeployment,
    verifier: optional(having('a verifier, as of workerVerifier(…)', 'verify')),
    ...common,
  },
  quote,
  grant,
  grantMany: { ...grant, to: listOf(recipient) },
  retrieve: {
    /** A link as text is read, which tells what is wrong with it. */
    from: {
      expected: 'a link, as text or parsed, or { manifest, verifyingKey }',
      fits: (value) =>
        typeof value === 'string' ||
        (isObject(value) &&
          aPublicKey.fits(value.verifyingKey) &&
          (value.manifest instanceof Uint8Array ||
            (typeof value.manifestId === 'string' && Array.isArray(value.uris)))),
    },
    ...asking,
  },
  /** Each of `from` is looked at in its turn. */
  retrieveAll: { from: listOf({ expected: '', fits: () => true }), width: optional(whole(1)), ...asking },
} as const satisfies Record<string, Shapes>;

export type Door = keyof typeof doors;

/** The first option that is not what the door takes, as E_FIELD; undefined if all are. */
export function mistakeIn(door: Door, options: unknown): DintelError | undefined {
  const isMany = door === 'grant' && isObject(options) && Array.isArray(options.to);
  try {
    checkOptions(options, doors[isMany ? 'grantMany' : door]);
  } catch (error) {
    if (error instanceof DintelError) return error;
    throw error;
  }
  return undefined;
}
