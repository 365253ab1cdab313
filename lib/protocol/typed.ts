/**
 * EIP-712 for the structures of messages.ts, by a small encoder of our own: static words, `string` and `bytes32[]`. Owns: digests,
 * signing, recovery, and the class that only a verification can make. Owns not: ERC-1271 (revocation.ts asks a caller) and rules
 * about contents (ack.ts, request.ts, …). Source: EIP-712; spec/protocol.md section 4.
 */
import type { SecretKey } from '../umbral/keys.ts';
import type { Signer } from '../umbral/signer.ts';
import { addressWord, bytes32Word, uintWord } from './abi.ts';
import { checkUint, concatBytes, utf8 } from './bytes.ts';
import { domainName, domainVersion } from './constants.ts';
import { ProtocolError, refuse } from './errors.ts';
import { keccak, keccakBytes } from './hash.ts';
import { type Address, fromHex, type Hex } from './hex.ts';
import { type Contracts, type MessageName, type Messages, structures } from './messages.ts';
import { recoverAddress, signDigest } from './signature.ts';

interface Field {
  readonly type: string;
  readonly name: string;
}

/** EIP-712 data for a wallet; fits the `TypedData` of lib/chain. Integers are bigint. */
export interface WalletTypedData {
  readonly domain: {
    readonly name: string;
    readonly version: string;
    readonly chainId: bigint;
    readonly verifyingContract: Address;
  };
  readonly types: Readonly<Record<string, readonly { readonly name: string; readonly type: string }[]>>;
  readonly primaryType: string;
  readonly message: Readonly<Record<string, unknown>>;
}

const domainType = 'EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)';

/** What never changes of a structure: its fields, read from the type string so that there is one source, and its type hash. */
interface Structure {
  readonly fields: readonly Field[];
  readonly typeHash: Uint8Array;
}

const known = new Map<MessageName, Structure>();

function structureOf(name: MessageName): Structure {
  const found = known.get(name);
  if (found !== undefined) return found;
  const { type } = structures[name];
  const list = type.slice(type.indexOf('(') + 1, -1).split(',');
  const fields = list.map((part) => {
    const space = part.indexOf(' ');
    return { type: part.slice(0, space), name: part.slice(space + 1) };
  });
  const structure = { fields, typeHash: keccakBytes(utf8(type)) };
  known.set(name, structure);
  return structure;
}

/** The three constant words of every domain separator, hashed once. */
let domainWords: readonly Uint8Array[] | undefined;

/** Separators by chain and contract: everything signed for one deployment has one of four. */
const separators = new Map<string, Hex>();
const maxSeparators = 64;

function wordOf(type: string, value: unknown, field: string): Uint8Array {
  if (type.startsWith('uint')) {
    return uintWord(checkUint(value, Number(type.slice(4)), field), 256, field);
  }
  if (type === 'bytes32[]') {
    if (!Array.isArray(value)) refuse('E_TYPE', field, 'a list', typeof value);
    return keccakBytes(
      concatBytes(...value.map((item: unknown, i) => bytes32Word(text(item, `${field}[${i}]`), `${field}[${i}]`))),
    );
  }
  if (type === 'string') return keccakBytes(utf8(text(value, field), field));
  return type === 'address' ? addressWord(text(value, field), field) : bytes32Word(text(value, field), field);
}

function text(value: unknown, field: string): string {
  return typeof value === 'string' ? value : refuse('E_TYPE', field, 'text', value === null ? 'null' : typeof value);
}

/** Which contract verifies this structure. Throws E_FIELD if the contracts given lack it. */
export function verifyingContractOf(name: MessageName, contracts: Contracts): Address {
  const key = structures[name].contract;
  return contracts[key] ?? refuse('E_FIELD', `contracts.${key}`, 'an address', 'none');
}

/** Throws E_HEX, E_NUMBER. */
export function domainSeparator(chainId: number | bigint, verifyingContract: Address): Hex {
  const name = `${chainId}/${verifyingContract}`;
  const made = separators.get(name);
  if (made !== undefined) return made;
  domainWords ??= [domainType, domainName, domainVersion].map((text) => keccakBytes(utf8(text)));
  const place = [uintWord(chainId, 256, 'chainId'), addressWord(verifyingContract, 'verifyingContract')];
  const separator = keccak(...domainWords, ...place);
  if (separators.size >= maxSeparators) separators.clear();
  separators.set(name, separator);
  return separator;
}

/** hashStruct of a message. Throws E_TYPE, E_HEX, E_NUMBER, E_UTF8 with the field. */
export function structHash<Name extends MessageName>(name: Name, message: Messages[Name]): Hex {
  const values = message as unknown as Readonly<Record<string, unknown>>;
  const { fields, typeHash } = structureOf(name);
  const words = fields.map((field) => wordOf(field.type, values[field.name], field.name));
  return keccak(typeHash, ...words);
}

/** K(19 01 || domain separator || hashStruct): what is signed. Throws as {@link structHash} does. */
export function typedDigest<Name extends MessageName>(name: Name, contracts: Contracts, message: Messages[Name]): Hex {
  const separator = domainSeparator(contracts.chainId, verifyingContractOf(name, contracts));
  return keccak(Uint8Array.of(0x19, 0x01), fromHex(separator), fromHex(structHash(name, message)));
}

/** The same for `signTypedData` of a wallet. */
export function walletTypedData<Name extends MessageName>(
  name: Name,
  contracts: Contracts,
  message: Messages[Name],
): WalletTypedData {
  const values = message as unknown as Readonly<Record<string, unknown>>;
  const { fields } = structureOf(name);
  structHash(name, message);
  return {
    domain: {
      name: domainName,
      version: domainVersion,
      chainId: BigInt(contracts.chainId),
      verifyingContract: verifyingContractOf(name, contracts),
    },
    types: { [name]: fields.map(({ name: field, type }) => ({ name: field, type })) },
    primaryType: name,
    message: Object.fromEntries(
      fields.map(({ name: field, type }) => [
        field,
        type.startsWith('uint') ? checkUint(values[field], 256, field) : values[field],
      ]),
    ),
  };
}

/** Signs with a key that is at hand (operator, reader, verifying key). Returns 65 bytes. */
export function signTyped<Name extends MessageName>(
  name: Name,
  key: SecretKey | Signer,
  contracts: Contracts,
  message: Messages[Name],
): Uint8Array {
  return signDigest(key, typedDigest(name, contracts, message));
}

/** Who signed this message, whoever it is. Throws E_SIGNATURE. */
export function recoverTyped<Name extends MessageName>(
  name: Name,
  contracts: Contracts,
  message: Messages[Name],
  signature: Uint8Array,
): Address {
  return recoverAddress(typedDigest(name, contracts, message), signature);
}

/** A copy that nobody can change after it was verified; lists inside are copied too. */
function frozen<T extends object>(message: T): T {
  const entries = Object.entries(message).map(([key, value]) => [
    key,
    Array.isArray(value) ? Object.freeze([...value]) : value,
  ]);
  return Object.freeze(Object.fromEntries(entries)) as T;
}

/**
 * A message whose signature was found to be by one of the signers that the caller allows. Only {@link verifyTyped} and
 * {@link verifyContractSigned} make one: the class is not exported as a value.
 */
class VerifiedMessage<Name extends MessageName> {
  readonly #verified = true;
  readonly name: Name;
  readonly message: Messages[Name];
  readonly signature: Uint8Array;
  readonly signer: Address;
  readonly digest: Hex;

  constructor(name: Name, message: Messages[Name], signature: Uint8Array, signer: Address, digest: Hex) {
    this.name = name;
    this.message = frozen(message);
    this.signature = signature.slice();
    this.signer = signer;
    this.digest = digest;
  }

  /** A look-alike, even one with this prototype, lacks the private member. */
  static is(value: unknown): boolean {
    return typeof value === 'object' && value !== null && #verified in value && value.#verified;
  }
}

export type { VerifiedMessage };

/** Whether a value was made by a verification of this structure; for callers without a type checker. */
export function isVerified<Name extends MessageName>(name: Name, value: unknown): value is VerifiedMessage<Name> {
  return VerifiedMessage.is(value) && (value as VerifiedMessage<Name>).name === name;
}

/** One who may have signed, or several. */
export type Signers = Address | readonly Address[];

/** Throws E_SIGNATURE unless one of `signers` signed this very message for these contracts. */
export function verifyTyped<Name extends MessageName>(
  name: Name,
  contracts: Contracts,
  message: Messages[Name],
  signature: Uint8Array,
  signers: Signers,
): VerifiedMessage<Name> {
  const digest = typedDigest(name, contracts, message);
  const signer = recoverAddress(digest, signature);
  const allowed = typeof signers === 'string' ? [signers] : signers;
  if (!allowed.some((one) => one.toLowerCase() === signer)) {
    throw new ProtocolError('E_SIGNATURE', {
      field: 'signature',
      expected: allowed.length === 1 ? `by ${allowed[0]}` : `by one of ${allowed.length} known keys`,
      got: `by ${signer}`,
    });
  }
  return new VerifiedMessage(name, message, signature, signer, digest);
}

/** Answers whether a contract accepts a signature (ERC-1271 `isValidSignature`), as read from the chain. */
export type ContractJudge = (owner: Address, digest: Hex, signature: Uint8Array) => Promise<boolean>;

/**
 * For owners, who may be contracts: plain recovery first; if that does not give the owner, `judge` asks the chain.
 * Throws E_SIGNATURE; what `judge` throws goes through.
 */
export async function verifyContractSigned<Name extends MessageName>(
  name: Name,
  contracts: Contracts,
  message: Messages[Name],
  signature: Uint8Array,
  owner: Address,
  judge: ContractJudge | undefined,
): Promise<VerifiedMessage<Name>> {
  try {
    return verifyTyped(name, contracts, message, signature, owner);
  } catch (cause) {
    if (judge === undefined || !(cause instanceof ProtocolError) || cause.code !== 'E_SIGNATURE') throw cause;
    const digest = typedDigest(name, contracts, message);
    if (!(await judge(owner, digest, signature))) throw cause;
    return new VerifiedMessage(name, message, signature, owner, digest);
  }
}
