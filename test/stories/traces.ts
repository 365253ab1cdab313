/**
 * Looking for bytes in files, in every form in which a careless line of code could have left them. Owns: forms and search. Not a test.
 */
import { existsSync, readFileSync } from 'node:fs';

/**
 * Raw, hex in both cases, decimal, and base64 of both alphabets at each of the three places that the bytes may have in a longer
 * text: then only the digits that depend on nothing else are compared.
 */
function formsOf(bytes: Uint8Array): Buffer[] {
  const raw = Buffer.from(bytes);
  const hex = raw.toString('hex');
  const base64 = [0, 1, 2].flatMap((shift) => {
    const padded = Buffer.concat([Buffer.alloc(shift), raw]);
    const first = Math.ceil((shift * 8) / 6);
    const last = Math.floor((padded.length * 8) / 6);
    return (['base64', 'base64url'] as const).map((form) => padded.toString(form).slice(first, last));
  });
  const texts = [hex, hex.toUpperCase(), BigInt(`0x${hex}`).toString(), [...raw].join(','), ...base64];
  return [raw, ...texts.map((text) => Buffer.from(text))];
}

/** The files that hold the bytes in any form. Shape: at least 7 bytes, so that nothing is found by chance. */
export function findings(files: readonly string[], bytes: Uint8Array): string[] {
  if (bytes.length < 7) throw new Error('too short to be looked for');
  const forms = formsOf(bytes);
  return files.filter((path) => {
    if (!existsSync(path)) return false;
    const text = readFileSync(path);
    return forms.some((form) => text.includes(form));
  });
}
