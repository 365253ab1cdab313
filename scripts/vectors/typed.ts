/** typed.json: digest and signature of every structure of section 4 on two chains, and what must be refused. */
import {
  addressOf,
  type Contracts,
  compactSignature,
  concatBytes,
  domainSeparator,
  fromHex,
  type Hex,
  keccak,
  type MessageName,
  type Messages,
  signTyped,
  structHash,
  structures,
  toHex,
  typedDigest,
  utf8,
  verifyingContractOf,
} from 'dintel/protocol';
import type { SecretKey } from 'dintel/umbral';
import { contractsOn, operator, operatorAddress, placeOf, secretOf, wordOf } from './people.ts';

const owner = secretOf('owner');
const receiving = secretOf('receiving');
const verifying = secretOf('verifying');
const ownerAddress = addressOf(owner.publicKey);
const reader = addressOf(verifying.publicKey);
const keys = keccak(receiving.publicKey.toBytes(), verifying.publicKey.toBytes());

/** One message of each kind with the key that signs it. */
const samples: { readonly [Name in MessageName]: { readonly key: SecretKey; readonly message: Messages[Name] } } = {
  Ack: {
    key: operator,
    message: {
      policyId: wordOf('policy'),
      leaf: wordOf('leaf'),
      rate: 10n ** 18n,
      until: 1_900_000_000,
      lastStart: 20_002,
      epoch: 20_000,
    },
  },
  Request: {
    key: verifying,
    message: {
      policyId: wordOf('policy'),
      leaf: wordOf('leaf'),
      node: placeOf('node'),
      reader,
      capsules: [wordOf('capsule 0'), wordOf('capsule 1'), wordOf('capsule 2')],
      nonce: wordOf('nonce'),
      issuedAt: 1_800_000_000,
      expiresAt: 1_800_000_060,
    },
  },
  Receipt: {
    key: operator,
    message: {
      policyId: wordOf('policy'),
      leaf: wordOf('leaf'),
      epoch: 20_000,
      request: wordOf('request'),
      capsule: wordOf('capsule 0'),
      cfrag: wordOf('cfrag 0'),
    },
  },
  Reservation: {
    key: verifying,
    message: {
      policyId: wordOf('policy'),
      leaf: wordOf('leaf'),
      chunks: wordOf('chunks'),
      size: 314_577_600,
      expiresAt: 1_800_000_060,
    },
  },
  NodeInfo: {
    key: operator,
    message: {
      node: placeOf('node'),
      url: 'https://ursula.example:9151',
      encryptingKey: wordOf('encrypting'),
      keyNumber: 3,
      peerId: '12D3KooWExample é',
      issuedAt: 1_800_000_000,
    },
  },
  PolicyFor: {
    key: owner,
    message: {
      owner: ownerAddress,
      sponsor: placeOf('sponsor'),
      salt: wordOf('salt'),
      root: wordOf('root'),
      shares: 64,
      rate: 2n ** 96n - 1n,
      expiresAt: 2 ** 40 - 1,
      deadline: 1_800_000_000,
    },
  },
  Revocation: { key: owner, message: { policyId: wordOf('policy'), deadline: 1_800_000_000 } },
  Extension: { key: owner, message: { policyId: wordOf('policy'), expiresAt: 1_900_000_000, deadline: 1_800_000_000 } },
  Heartbeat: {
    key: operator,
    message: { node: placeOf('node'), firstEpoch: 20_001, count: 8, nonce: 2n ** 64n, deadline: 1_800_000_000 },
  },
  OperatorConsent: { key: operator, message: { node: placeOf('node'), deadline: 1_800_000_000 } },
  KeyRegistration: { key: owner, message: { owner: ownerAddress, keys, version: 1, deadline: 1_800_000_000 } },
  KeyPossession: { key: receiving, message: { owner: ownerAddress, keys, version: 1 } },
};

const names = Object.keys(samples) as MessageName[];

/** Numbers stay numbers, amounts become decimal strings. */
const plain = (message: object): object =>
  Object.fromEntries(
    Object.entries(message).map(([name, value]) => [name, typeof value === 'bigint' ? String(value) : value]),
  );

function signed<Name extends MessageName>(
  name: Name,
  contracts: Contracts,
  key: SecretKey = samples[name].key,
): object {
  const { message } = samples[name];
  const signature = signTyped(name, key, contracts, message);
  const verifyingContract = verifyingContractOf(name, contracts);
  return {
    structure: name,
    chainId: contracts.chainId,
    verifyingContract,
    message: plain(message),
    domainSeparator: domainSeparator(contracts.chainId, verifyingContract),
    structHash: structHash(name, message),
    digest: typedDigest(name, contracts, message),
    signer: addressOf(key.publicKey),
    signature: toHex(signature),
    ...compactSignature(signature),
  };
}

export function typedVectors(): object {
  return {
    about:
      'spec/protocol.md section 10, "typed". Domain name "Dintel", version "1". Signatures are r || s || v; r, vs are EIP-2098.',
    types: names.map((name) => ({
      structure: name,
      contract: structures[name].contract,
      type: structures[name].type,
      typeHash: keccak(utf8(structures[name].type)),
    })),
    contracts: contractsOn(1),
    keys: {
      operator: { secret: toHex(operator.toSecretBytes()), address: operatorAddress },
      owner: { secret: toHex(owner.toSecretBytes()), address: ownerAddress },
      receiving: {
        secret: toHex(receiving.toSecretBytes()),
        address: addressOf(receiving.publicKey),
        publicKey: toHex(receiving.publicKey.toBytes()),
        uncompressed: toHex(receiving.publicKey.toUncompressed()),
      },
      verifying: {
        secret: toHex(verifying.toSecretBytes()),
        address: reader,
        publicKey: toHex(verifying.publicKey.toBytes()),
        uncompressed: toHex(verifying.publicKey.toUncompressed()),
      },
    },
    signed: [1, 31337].flatMap((chainId) => [
      ...names.map((name) => signed(name, contractsOn(chainId))),
      signed('KeyPossession', contractsOn(chainId), verifying),
    ]),
    refused: [1, 31337].flatMap((chainId) => names.flatMap((name) => refused(name, chainId))),
  };
}

const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** The structure as it should be, with a signature that must not count; `digest` is of the message as given. */
function refused<Name extends MessageName>(name: Name, chainId: number): object[] {
  const contracts = contractsOn(chainId);
  const { key, message } = samples[name];
  const good = signTyped(name, key, contracts, message);
  const withV = (v: number): Uint8Array => concatBytes(good.subarray(0, 64), Uint8Array.of(v));
  const s = order - BigInt(toHex(good.subarray(32, 64)));
  const highS = concatBytes(
    good.subarray(0, 32),
    fromHex(`0x${s.toString(16).padStart(64, '0')}`),
    Uint8Array.of(good[64] === 27 ? 28 : 27),
  );
  const of = (signedFor: Contracts): Uint8Array => signTyped(name, key, signedFor, message);
  const contract = structures[name].contract;
  const swapped: Contracts = { ...contracts, [contract]: placeOf('another contract') };
  const list: readonly (readonly [string, Uint8Array])[] = [
    ['high s', highS],
    ['v = 0', withV(0)],
    ['v = 1', withV(1)],
    ['v = 29', withV(29)],
    ['other parity', withV(good[64] === 27 ? 28 : 27)],
    ['64 bytes', good.subarray(0, 64)],
    ['65 zero bytes', new Uint8Array(65)],
    ['other chain', of(contractsOn(chainId === 1 ? 31337 : 1))],
    ['other contract', of(swapped)],
    ['other key', signTyped(name, secretOf('stranger'), contracts, message)],
  ];
  const digest: Hex = typedDigest(name, contracts, message);
  return list.map(([why, signature]) => ({
    name: why,
    structure: name,
    chainId,
    verifyingContract: verifyingContractOf(name, contracts),
    message: plain(message),
    digest,
    signer: addressOf(key.publicKey),
    signature: toHex(signature),
  }));
}
