/**
 * Where a password comes from: a file (--password-file), a file descriptor (DINTEL_PASSWORD_FD), or a person at a terminal.
 * Never from an argument, which every process of the machine can read. Source: research/reliability.md C25, C26.
 */
import { readSync } from 'node:fs';
import { OperatorError } from '../config/operatorError.ts';
import { readSecretFile } from '../config/secretFile.ts';
import { checkPassword } from '../keystore/strongbox.ts';
import { askHidden } from './prompt.ts';

const instead = 'give --password-file FILE (mode 0600), or its descriptor in DINTEL_PASSWORD_FD';
const maxBytes = 4_096;

/** `isNew`: for a keystore that is about to be made; a person then types it twice. Errors: E_PASSWORD_WEAK, E_PASSWORD, E_PERMS. */
export async function readPassword(options: { passwordFile?: string | undefined; isNew?: boolean }): Promise<string> {
  const { passwordFile, isNew = false } = options;
  if (passwordFile !== undefined) return fromFile(passwordFile);
  const descriptor = process.env.DINTEL_PASSWORD_FD;
  if (descriptor !== undefined) return fromDescriptor(descriptor);
  const password = await askHidden(isNew ? 'New password' : 'Password', instead);
  if (isNew) {
    checkPassword(password);
    if ((await askHidden('The same again', instead)) !== password) {
      throw new OperatorError('E_PASSWORD', 'the two passwords differ; nothing was written');
    }
  }
  return checkPassword(password);
}

async function fromFile(path: string): Promise<string> {
  const bytes = await readSecretFile(path, {
    what: 'password file',
    code: 'E_PASSWORD',
    exitCause: 'key',
    cure: 'give a file of mode 0600 with the password on its first line',
  });
  const password = firstLine(bytes);
  bytes.fill(0);
  return checkPassword(password);
}

function fromDescriptor(text: string): string {
  const bytes = new Uint8Array(maxBytes);
  let length = 0;
  try {
    if (!/^[0-9]{1,4}$/.test(text)) throw new RangeError('not a number');
    for (;;) {
      const read = readSync(Number(text), bytes, length, maxBytes - length, null);
      if (read === 0 || length + read >= maxBytes) break;
      length += read;
    }
  } catch (cause) {
    throw new OperatorError('E_PASSWORD', 'the descriptor in DINTEL_PASSWORD_FD cannot be read', { cause });
  }
  const password = firstLine(bytes.subarray(0, length));
  bytes.fill(0);
  return checkPassword(password);
}

/** Without its line end, which editors add; anything after it is not part of the password. */
function firstLine(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).split(/\r?\n/, 1)[0] ?? '';
}
