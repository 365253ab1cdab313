/**
 * Rotating a label: a new delegating key for what is encrypted from now on, and a grant of that to those who go on receiving.
 *
 * Owns: who has living grants of a label, who is left out, the order: the new version is written down before anything is encrypted or
 * granted under it. Owns not: versions (`labels.ts`), grants (`alice.ts`). Source: protocol.md section 9; research/app-sdk.md 1.1.
 *
 * It takes nothing back: who has a grant of an older version keeps what was encrypted for that, until the grant ends or is revoked.
 */
import { ProtocolError } from '../../protocol/errors.ts';
import { type Address, type Hex, toHex } from '../../protocol/hex.ts';
import { labelBytes, parseLabel } from '../../protocol/keys.ts';
import { checkSignal } from '../../protocol/streams.ts';
import type { PublicKey } from '../../umbral/keys.ts';
import type { OnProgress } from '../progress.ts';
import type { SealedFile } from '../sealedFile.ts';
import type { Alice } from './alice.ts';
import type { Labels } from './labels.ts';
import type { GrantManyOptions, GrantOutcome } from './options.ts';
import { maxPolicies } from './pay.ts';
import { readersOf } from './readers.ts';
import { type ReceivedGrant, Receiver, type Recipient } from './recipient.ts';

/** Whose receivers are asked for: a label. */
export interface ReceiversOptions {
  readonly label: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** Who can retrieve under a label now. */
export interface LabelReceivers {
  /** One for each pair of keys, in the order of their newest grants. */
  readonly receivers: readonly Receiver[];
  /** Living grants that may be of this label too: what Alice sealed to herself cannot be had, with the code of the reason. */
  readonly unread: readonly { readonly policyId: Hex; readonly code: string }[];
}

/** What those who go on receiving get, as {@link Alice.grant} takes it. */
export interface Regrant
  extends Omit<GrantManyOptions, 'to' | 'label' | 'labelVersion' | 'files' | 'signal' | 'onProgress'> {
  /** Who gets nothing more; each must be among the receivers, by any key that he is known to have had. Default: nobody. */
  readonly except?: readonly Recipient[] | undefined;
  /** What they get: called when the new version is the present one, so that `alice.encrypt` encrypts for it. */
  readonly files: (rotated: {
    readonly version: number;
    readonly delegatingKey: PublicKey;
  }) => Promise<readonly SealedFile[]>;
}

/** Which label gets a new key, and what those who still have access are given under it. */
export interface RotateOptions extends ReceiversOptions {
  readonly regrant?: Regrant | undefined;
}

/** A label with a new key. */
export interface RotatedLabel extends LabelReceivers {
  readonly label: string;
  readonly version: number;
  /** What Enrico encrypts with from now on. */
  readonly delegatingKey: PublicKey;
  /** Of the new version, in the order of the receivers; empty if none were asked for. */
  readonly grants: readonly GrantOutcome[];
}

/** The living grants of a label by who holds them. Throws E_LABEL, `ChainError`, ABORTED. */
export async function receiversOf(alice: Alice, labels: Labels, options: ReceiversOptions): Promise<LabelReceivers> {
  const { label, ...reading } = options;
  const name = parseLabel(labelBytes(label));
  const found = new Map<string, Pick<Receiver, 'receivingKey' | 'reader'> & { grants: ReceivedGrant[] }>();
  const unread: { policyId: Hex; code: string }[] = [];
  for await (const { policyId, state, expiresAt, label: said, manifest, missing } of alice.grants(reading)) {
    if (state !== 'live') continue;
    if (manifest === undefined || said === undefined) unread.push({ policyId, code: missing ?? 'E_LABEL' });
    if (manifest === undefined || said !== name) continue;
    const { receivingKey, reader, delegatingKey } = manifest.manifest;
    const version = await labels.meet(name, delegatingKey);
    const who = reader + toHex(receivingKey.toBytes());
    const known = found.get(who) ?? { receivingKey, reader, grants: [] };
    known.grants.push({ policyId, version, expiresAt });
    found.set(who, known);
  }
  return { receivers: [...found.values()].map((about) => new Receiver(about)), unread };
}

/**
 * Throws, before anything is changed: E_LABEL, E_FIELD (`except` names nobody who receives), what names a recipient that is none,
 * `ChainError`, ABORTED. Throws when the label is rotated and stays so: what `files` throws, what `grant` throws for all.
 */
export async function rotateLabel(alice: Alice, labels: Labels, options: RotateOptions): Promise<RotatedLabel> {
  const { label, regrant, signal, onProgress } = options;
  checkSignal(signal);
  const { receivers, unread } = await receiversOf(alice, labels, { label, signal, onProgress });
  const leaving = await leavingOf(alice, receivers, regrant?.except ?? []);
  checkSignal(signal);
  const version = await labels.rotate(label);
  onProgress?.({ type: 'label.rotated', version });
  const delegatingKey = labels.key(label, version);
  const staying = receivers.filter((one) => !leaving.has(one));
  const grants: GrantOutcome[] = [];
  if (regrant && staying.length > 0) {
    const { except: _, files: make, ...terms } = regrant;
    const files = await make({ version, delegatingKey });
    for (let at = 0; at < staying.length; at += maxPolicies) {
      const to = staying.slice(at, at + maxPolicies);
      grants.push(...(await alice.grant({ ...terms, label, labelVersion: version, files, to, signal, onProgress })));
    }
  }
  return { label, version, delegatingKey, receivers, unread, grants };
}

/** Nobody is left in by a slip: a name that fits no receiver is an error, not an exception that does nothing. */
async function leavingOf(
  alice: Alice,
  receivers: readonly Receiver[],
  except: readonly Recipient[],
): Promise<ReadonlySet<Receiver>> {
  const leaving = new Set<Receiver>();
  for (const [i, one] of except.entries()) {
    const readers: readonly Address[] = await readersOf(alice.network, one);
    const named = receivers.filter(({ reader }) => readers.includes(reader));
    if (named.length === 0) {
      const expected = 'somebody with a living grant of the label';
      throw new ProtocolError('E_FIELD', { field: `except[${i}]`, expected, got: 'somebody else' });
    }
    for (const receiver of named) leaving.add(receiver);
  }
  return leaving;
}
