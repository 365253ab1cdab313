/**
 * Which key of a label opens the files that are to be shared: that one is delegated. Owns: the search. Owns not: which versions there are
 * (`labels.ts`), the keyrings (`keyrings.ts`). Source: protocol.md section 2.
 */
import { DintelError, ProtocolError } from '../../protocol/errors.ts';
import { openFileKey } from '../../protocol/fileDecrypt.ts';
import type { FileHeader } from '../../protocol/fileHeader.ts';
import { UmbralError } from '../../umbral/errors.ts';
import type { SecretKey } from '../../umbral/keys.ts';
import type { Journal } from '../journal.ts';
import type { Keyrings } from '../keyrings.ts';
import type { SealedFile } from '../sealedFile.ts';
import { Labels } from './labels.ts';

/** Umbral's sk_A of one version of a label. */
export interface LabelKey {
  readonly secretKey: SecretKey;
  readonly version: number;
}

/** Whose labels they are. `labels`: of the newest keyring; `unsealed`: the journal where those of the others lie. */
interface OpenerPlace {
  readonly keyrings: Keyrings;
  readonly labels: Labels;
  readonly unsealed: Journal;
}

/** The key of the label that opens all files, of former roots too. Throws E_DECRYPT for the version given, else for the present one. */
export async function openerOf(
  { keyrings, labels: present, unsealed }: OpenerPlace,
  files: readonly SealedFile[],
  label: string,
  given: number | undefined,
): Promise<LabelKey> {
  const { newest, all } = keyrings;
  for (const keyring of given === undefined ? all : []) {
    const labels = keyring === newest ? present : await Labels.open({ keyring, journal: unsealed });
    for (const version of labels.versions(label)) {
      const secretKey = keyring.delegating(label, version);
      if (files.every(({ header }) => opensWith(secretKey, header))) return { secretKey, version };
    }
  }
  const version = given ?? present.version(label);
  const secretKey = newest.delegating(label, version);
  checkLabelOf(files, label, secretKey);
  return { secretKey, version };
}

/** Each file must open under the label's own key: Bob would learn of a mistake only when it is paid for. */
function checkLabelOf(files: readonly SealedFile[], label: string, delegatingSecretKey: SecretKey): void {
  for (const [index, { header }] of files.entries()) {
    if (opensWith(delegatingSecretKey, header)) continue;
    throw new ProtocolError('E_DECRYPT', {
      field: `files[${index}]`,
      expected: `a file encrypted for the label "${label}"`,
      got: 'one for another key, or a damaged one',
    });
  }
}

function opensWith(delegatingSecretKey: SecretKey, header: FileHeader): boolean {
  try {
    openFileKey(delegatingSecretKey, header).fill(0);
    return true;
  } catch (error) {
    if (error instanceof DintelError || error instanceof UmbralError) return false;
    throw error;
  }
}
