/**
 * Evidence against a node as a file in Bob's home: JSON, one for each policy, node and epoch, since the contract judges one.
 * Owns: the file. Owns not: what is evidence (lib/characters/bob), what it proves (the Adjudicator). It holds nothing secret: what
 * is in it becomes public with the report.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makePrivateFolder } from 'dintel/platform/node';
import { type Address, fromHex, type Hex, type SignedAnswer, toHex } from 'dintel/protocol';
import { OperatorError, systemCode } from '../../config/operatorError.ts';
import { exists, writeSecretFile } from '../../config/secretFile.ts';

/** What the file says it is; a reader refuses any other. */
const kind = 'dintel evidence 1';
/** A file has about 1,500. */
const maxBytes = 16_384;

/** Writes down what is not there yet. Returns the paths, old and new. */
export async function keepEvidence(
  home: string,
  wrong: readonly (SignedAnswer & { readonly fault: string })[],
): Promise<string[]> {
  if (wrong.length === 0) return [];
  const folder = join(home, 'evidence');
  await makePrivateFolder(folder);
  const paths: string[] = [];
  for (const { policyId, leaf: said, epoch, request, capsule, cfrag, signature, fault } of wrong) {
    const path = join(folder, `${policyId.slice(2, 10)}-${said.node.slice(2, 10)}-${epoch}.json`);
    const { index, node, fragment, terms } = said;
    const leaf = { index, node, fragment, terms };
    const bytes = { capsule: toHex(capsule), cfrag: toHex(cfrag), signature: toHex(signature) };
    const text = JSON.stringify({ kind, policyId, leaf, epoch, request, ...bytes, fault }, null, 2);
    if (!(await exists(path))) await writeSecretFile(path, `${text}\n`);
    paths.push(path);
  }
  return paths;
}

/** The answer of a file. Errors: E_INPUT, naming the member that is wrong. */
export async function readEvidence(path: string): Promise<SignedAnswer> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new OperatorError('E_INPUT', `${path} cannot be read (${systemCode(cause) ?? 'unknown'})`, { cause });
  });
  if (bytes.length > maxBytes) throw wrongMember('file', `at most ${maxBytes} bytes`, `${bytes.length}`);
  let said: unknown;
  try {
    said = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw wrongMember('file', 'JSON as bob retrieve writes it', 'something else');
  }
  const file = members(said, 'file');
  if (file.kind !== kind) throw wrongMember('kind', kind, typeof file.kind);
  const leaf = members(file.leaf, 'leaf');
  return {
    policyId: word(file.policyId, 'policyId'),
    leaf: {
      index: whole(leaf.index, 'leaf.index'),
      node: toHex(octets(leaf.node, 20, 'leaf.node')) as Address,
      fragment: word(leaf.fragment, 'leaf.fragment'),
      terms: word(leaf.terms, 'leaf.terms'),
    },
    epoch: whole(file.epoch, 'epoch'),
    request: word(file.request, 'request'),
    capsule: octets(file.capsule, 98, 'capsule'),
    cfrag: octets(file.cfrag, 359, 'cfrag'),
    signature: octets(file.signature, 65, 'signature'),
  };
}

const wrongMember = (field: string, expected: string, got: string): OperatorError =>
  new OperatorError('E_INPUT', `this is no evidence: ${field} should be ${expected}, and is ${got}`);

function members(value: unknown, field: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw wrongMember(field, 'an object', typeof value);
}

function octets(value: unknown, length: number, field: string): Uint8Array {
  const expected = `${length} bytes in hex`;
  if (typeof value !== 'string') throw wrongMember(field, expected, typeof value);
  try {
    return fromHex(value, length);
  } catch {
    throw wrongMember(field, expected, `${value.length} characters of something else`);
  }
}

const word = (value: unknown, field: string): Hex => toHex(octets(value, 32, field));

function whole(value: unknown, field: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw wrongMember(field, 'a whole number', typeof value);
}
