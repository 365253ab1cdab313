/**
 * A health record that its patient controls. Clinics write into it with public keys while she is away; each kind of document has a
 * label of its own, and a doctor is let into some labels, for some time, by her word alone. `npx node examples/healthRecord/record.ts`
 */
import { type Alice, type Bob, bytesRange, DintelError, type Grant, openSealedFile } from 'dintel';
import type { Hex } from 'dintel/chain';
import { toHex } from 'dintel/protocol';
import { type Net, openNetwork } from '../network.ts';
import { sealBytes } from '../sealBytes.ts';

const kinds = ['lab', 'imaging', 'letters'] as const;
export type Kind = (typeof kinds)[number];

/** Where sealed documents lie: a hospital's archive, a cloud, a disk. It can read none of them. */
export class Archive {
  readonly documents: { readonly kind: Kind; readonly sealed: Uint8Array }[] = [];

  of(kind: Kind) {
    return this.documents.filter((document) => document.kind === kind);
  }
}

/** A clinic adds a document with the patient's public key of that kind. */
export async function write(archive: Archive, key: string, kind: Kind, name: string, text: string): Promise<void> {
  archive.documents.push({ kind, sealed: await sealBytes(key, name, new TextEncoder().encode(text)) });
}

/** The patient's side. */
export class Patient {
  readonly #alice: Alice;
  readonly #archive: Archive;
  readonly #consents = new Map<Hex, { readonly doctor: string; readonly kind: Kind; readonly until: number }>();

  constructor(alice: Alice, archive: Archive) {
    this.#alice = alice;
    this.#archive = archive;
  }

  /** What she prints on her insurance card: a key for each kind of document. */
  keys(): Record<Kind, string> {
    const entries = kinds.map((kind) => [kind, toHex(this.#alice.delegatingKey(kind).toBytes())] as const);
    return Object.fromEntries(entries) as Record<Kind, string>;
  }

  /** Lets a doctor read one kind, as it lies in the archive now, until a time. */
  async consent(doctor: { name: string; card: string }, kind: Kind, until: number): Promise<Grant> {
    const files = await Promise.all(this.#archive.of(kind).map(({ sealed }) => openSealedFile(bytesRange(sealed))));
    const terms = { threshold: 3, shares: 5, until, note: `${kind} for ${doctor.name}` };
    const grant = await this.#alice.grant({ to: doctor.card, label: kind, files, ...terms });
    this.#consents.set(grant.policyId, { doctor: doctor.name, kind, until });
    return grant;
  }

  /** Who may read what, until when: the chain's word, not a clinic's. */
  async overview(): Promise<string[]> {
    const lines = [...this.#consents].map(async ([policyId, { doctor, kind }]) => {
      const policy = await this.#alice.policy(policyId);
      return `${doctor}: ${kind}, ${policy?.revoked ? 'withdrawn' : 'in force'}`;
    });
    return Promise.all(lines);
  }

  async withdraw(policyId: Hex): Promise<void> {
    await this.#alice.revoke({ policyId, earlyNotice: true });
  }
}

/** What a doctor reads by a consent; or the code of the refusal. */
export async function read(bob: Bob, link: string): Promise<string[] | string> {
  try {
    const { files } = await bob.retrieve({ from: link });
    return await Promise.all(
      files.map(async (file) => `${file.name}: ${new TextDecoder().decode(await file.bytes())}`),
    );
  } catch (error) {
    if (error instanceof DintelError) return error.code;
    throw error;
  }
}

export async function main(net: Net): Promise<Record<string, unknown>> {
  const archive = new Archive();
  const patient = new Patient(await net.alice('patient'), archive);
  const keys = patient.keys();
  await write(archive, keys.lab, 'lab', 'blood.txt', 'Iron is low.');
  await write(archive, keys.lab, 'lab', 'blood2.txt', 'Iron is better.');
  await write(archive, keys.imaging, 'imaging', 'knee.txt', 'Nothing broken.');

  const doctor = await net.bob('doctor');
  const consent = await patient.consent({ name: 'Dr Grün', card: doctor.card() }, 'lab', net.in(14 * 86_400));
  const told = await read(doctor, consent.link());
  const before = await patient.overview();
  await patient.withdraw(consent.policyId);
  const after = await read(await net.bob('doctor'), consent.link());
  const result = { told, before, after, overview: await patient.overview() };
  console.log(result);
  return result;
}

if (import.meta.main) await main(await openNetwork());
