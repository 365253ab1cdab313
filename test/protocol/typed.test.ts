import {
  computeAddress,
  Signature as EthersSignature,
  recoverAddress as ethersRecover,
  SigningKey,
  TypedDataEncoder,
  Wallet,
} from 'ethers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ackCovers, ackOf, verifyAck } from '../../lib/protocol/ack.ts';
import { compactSignature, expandSignature } from '../../lib/protocol/compactSignature.ts';
import { ProtocolError } from '../../lib/protocol/errors.ts';
import { keccak } from '../../lib/protocol/hash.ts';
import { type Address, fromHex, type Hex, toHex } from '../../lib/protocol/hex.ts';
import { type MessageName, type Messages, structures } from '../../lib/protocol/messages.ts';
import { nodeInfoOf, verifyNodeInfo } from '../../lib/protocol/nodeInfo.ts';
import { receiptOf, verifyReceipt } from '../../lib/protocol/receipt.ts';
import { checkRequestTimes, requestDigest, requestOf, verifyRequest } from '../../lib/protocol/request.ts';
import { chunkIdOf, isChunkId, reservationOf, verifyReservation } from '../../lib/protocol/reservation.ts';
import { verifyRevocation } from '../../lib/protocol/revocation.ts';
import { addressOf, recoverAddress } from '../../lib/protocol/signature.ts';
import {
  isVerified,
  recoverTyped,
  signTyped,
  typedDigest,
  verifyTyped,
  walletTypedData,
} from '../../lib/protocol/typed.ts';
import { SecretKey } from '../../lib/umbral/index.ts';
import { refusalOf } from './refusal.ts';

const names = Object.keys(structures) as MessageName[];
const account = (n: number): Address => `0x${n.toString(16).padStart(40, '0')}`;
const word = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`;
const contracts = {
  chainId: 31337,
  adjudicator: account(1),
  policyManager: account(2),
  escrow: account(3),
  keyRegistry: account(4),
};
const key = SecretKey.fromBytes(fromHex(word(0x1234)));
const signer = addressOf(key.publicKey);

/** Any value of a field's type, as the library takes it. */
const arbitrary = (type: string): fc.Arbitrary<unknown> => {
  if (type.startsWith('uint')) {
    const bits = Number(type.slice(4));
    return bits <= 48
      ? fc.integer({ min: 0, max: 2 ** bits - 1 })
      : fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n });
  }
  const hex = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map(toHex);
  if (type === 'address') return hex(20);
  if (type === 'bytes32') return hex(32);
  if (type === 'bytes32[]') return fc.array(hex(32), { maxLength: 5 });
  return fc.string({ unit: 'binary', maxLength: 50 });
};
const fields = (name: MessageName) => {
  const { type } = structures[name];
  return type
    .slice(type.indexOf('(') + 1, -1)
    .split(',')
    .map((part) => part.split(' ') as [string, string]);
};
const message = <Name extends MessageName>(name: Name): fc.Arbitrary<Messages[Name]> =>
  fc.record(
    Object.fromEntries(fields(name).map(([type, field]) => [field, arbitrary(type)])),
  ) as unknown as fc.Arbitrary<Messages[Name]>;

describe('typed data', () => {
  it.each(names)('%s has the digest that ethers computes, and what a wallet is asked to sign', (name) => {
    fc.assert(
      fc.property(message(name), fc.integer({ min: 1, max: 2 ** 40 }), (value, chainId) => {
        const domain = {
          name: 'Dintel',
          version: '1',
          chainId,
          verifyingContract: contracts[structures[name].contract],
        };
        const types = { [name]: fields(name).map(([type, field]) => ({ type, name: field })) };
        const digest = typedDigest(name, { ...contracts, chainId }, value);
        expect(TypedDataEncoder.from(types).encodeType(name)).toBe(structures[name].type);
        expect(digest).toBe(TypedDataEncoder.hash(domain, types, value));
        const asked = walletTypedData(name, { ...contracts, chainId }, value);
        const askedTypes = Object.fromEntries(Object.entries(asked.types).map(([struct, list]) => [struct, [...list]]));
        expect(TypedDataEncoder.hash(asked.domain, askedTypes, asked.message)).toBe(digest);
      }),
      { numRuns: 20 },
    );
  });

  it('signs so that ethers and we recover the signer; every change of a field is another message', async () => {
    expect(signer).toBe(computeAddress(new SigningKey(word(0x1234))).toLowerCase());
    for (const name of names) {
      const [value] = fc.sample(message(name), { numRuns: 1, seed: 7 }) as [Messages[typeof name]];
      const signature = signTyped(name, key, contracts, value);
      const digest = typedDigest(name, contracts, value);
      expect(ethersRecover(digest, toHex(signature)).toLowerCase()).toBe(signer);
      expect(recoverTyped(name, contracts, value, signature)).toBe(signer);
      expect(EthersSignature.from(toHex(signature)).isValid()).toBe(true);
      const verified = verifyTyped(name, contracts, value, signature, [
        account(9),
        signer.toUpperCase().replace('X', 'x') as Address,
      ]);
      expect([verified.name, verified.signer, verified.digest]).toEqual([name, signer, digest]);
      expect(isVerified(name, verified)).toBe(true);
      expect(isVerified(name, Object.assign(Object.create(Object.getPrototypeOf(verified) as object), verified))).toBe(
        false,
      );
      expect(Object.isFrozen(verified.message)).toBe(true);
      for (const [type, field] of fields(name)) {
        const old: unknown = Reflect.get(value, field);
        const other = type.startsWith('uint')
          ? BigInt(old as number) === 0n
            ? 1
            : 0
          : type === 'string'
            ? `${String(old)}x`
            : type === 'bytes32[]'
              ? [...(old as Hex[]), word(1)]
              : type === 'address'
                ? account(77)
                : word(77);
        const changed = { ...value, [field]: other } as typeof value;
        expect(
          refusalOf(() => verifyTyped(name, contracts, changed, signature, signer)),
          `${name}.${field}`,
        ).toBe('E_SIGNATURE');
      }
      for (const change of [{ chainId: 1 }, { [structures[name].contract]: account(8) }]) {
        expect(refusalOf(() => verifyTyped(name, { ...contracts, ...change }, value, signature, signer))).toBe(
          'E_SIGNATURE',
        );
      }
    }
    // A wallet signs the same.
    const wallet = new Wallet(word(0x1234));
    const revocation = { policyId: word(5), deadline: 10 };
    const { domain, types, message: asked } = walletTypedData('Revocation', contracts, revocation);
    const byWallet = await wallet.signTypedData(domain, { Revocation: [...(types.Revocation ?? [])] }, asked);
    expect(recoverTyped('Revocation', contracts, revocation, fromHex(byWallet))).toBe(signer);
  });

  it('refuses other forms of a signature', () => {
    const ack = ackOf({ policyId: word(1), leaf: word(2), rate: 3n, until: 4, epoch: 5 });
    const good = signTyped('Ack', key, contracts, ack);
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const twin = good.slice();
    twin.set(
      fromHex(word(0)).map(() => 0),
      32,
    );
    const s = order - BigInt(toHex(good.subarray(32, 64)));
    twin.set(fromHex(`0x${s.toString(16).padStart(64, '0')}`), 32);
    twin[64] = 27 + 28 - good[64]!;
    const withV = (v: number) => {
      const copy = good.slice();
      copy[64] = v;
      return copy;
    };
    const bad: unknown[] = [
      twin,
      withV(0),
      withV(1),
      withV(29),
      withV(255),
      good.subarray(0, 64),
      new Uint8Array(65),
      new Uint8Array(0),
      null,
      '0x',
      toHex(good),
      new Uint8Array(65).fill(255),
    ];
    const zeroR = good.slice();
    zeroR.fill(0, 0, 32);
    const zeroS = good.slice();
    zeroS.fill(0, 32, 64);
    for (const signature of [...bad, zeroR, zeroS]) {
      expect(refusalOf(() => recoverTyped('Ack', contracts, ack, signature as Uint8Array))).toBe('E_SIGNATURE');
    }
    expect(recoverTyped('Ack', contracts, ack, good)).toBe(signer);
    expect(refusalOf(() => recoverAddress('0x00', good))).toBe('E_HEX');
  });

  it('goes to EIP-2098 and back', () => {
    for (let i = 0; i < 6; i++) {
      const signature = signTyped('Revocation', key, contracts, { policyId: word(i), deadline: 1 });
      const compact = compactSignature(signature);
      expect(compact.vs).toBe(EthersSignature.from(toHex(signature)).yParityAndS);
      expect(expandSignature(compact)).toEqual(signature);
    }
    expect(refusalOf(() => compactSignature(new Uint8Array(64)))).toBe('E_LENGTH');
    expect(refusalOf(() => compactSignature(new Uint8Array(65)))).toBe('E_SIGNATURE');
  });

  it('names the field of a bad value and never lets a foreign error out', () => {
    const ack = { policyId: word(1), leaf: word(2), rate: 3n, until: 4, lastStart: 5, epoch: 5 };
    expect(refusalOf(() => typedDigest('Ack', contracts, { ...ack, epoch: 2 ** 32 }))).toBe('E_NUMBER');
    expect(refusalOf(() => typedDigest('Ack', contracts, { ...ack, rate: -1n }))).toBe('E_NUMBER');
    expect(refusalOf(() => typedDigest('Ack', contracts, { ...ack, leaf: '0x12' }))).toBe('E_HEX');
    expect(
      refusalOf(() =>
        typedDigest(
          'KeyPossession',
          { ...contracts, keyRegistry: undefined },
          { owner: account(1), keys: word(1), version: 1 },
        ),
      ),
    ).toBe('E_FIELD');
    const junk = fc.oneof(fc.anything(), fc.constant(undefined));
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.dictionary(fc.string(), junk),
        fc.array(junk, { minLength: 8, maxLength: 8 }),
        (name, extra, values) => {
          const value = { ...extra, ...Object.fromEntries(fields(name).map(([, field], i) => [field, values[i]])) };
          try {
            typedDigest(name, contracts, value as unknown as Messages[typeof name]);
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('messages', () => {
  const leaf = word(2);
  const policyId = word(1);
  const capsule = new Uint8Array(98).fill(7);
  const cfrag = new Uint8Array(359).fill(8);

  it('ack: covers a policy of at least its rate that starts in time, until its end inclusive', () => {
    const ack = ackOf({ policyId, leaf, rate: 10n, until: 100, epoch: 5 });
    expect(ack.lastStart).toBe(7);
    const signature = signTyped('Ack', key, contracts, ack);
    expect(verifyAck({ contracts, ack, signature, operators: [signer] }).message).toEqual(ack);
    const policy = { policyId, rate: 10n, start: 7 };
    expect(ackCovers(ack, policy, leaf, 100)).toBe(true);
    expect(ackCovers(ack, policy, leaf, 101)).toBe(false);
    expect(ackCovers(ack, { ...policy, rate: 9n }, leaf, 1)).toBe(false);
    expect(ackCovers(ack, { ...policy, start: 8 }, leaf, 1)).toBe(false);
    expect(ackCovers(ack, policy, word(9), 1)).toBe(false);
    expect(ackCovers(ack, { ...policy, policyId: word(9) }, leaf, 1)).toBe(false);
  });

  it('request: by its reader only, in its window only', () => {
    const parts = {
      policyId,
      leaf,
      node: account(5),
      reader: signer,
      capsules: [capsule],
      nonce: word(6),
      issuedAt: 1000,
      expiresAt: 1120,
    };
    const request = requestOf(parts);
    expect(request.capsules).toEqual([keccak(capsule)]);
    const signature = signTyped('Request', key, contracts, request);
    const verified = verifyRequest({ contracts, request, signature });
    expect(verified.digest).toBe(requestDigest(contracts, request));
    expect(refusalOf(() => verifyRequest({ contracts, request: { ...request, reader: account(6) }, signature }))).toBe(
      'E_SIGNATURE',
    );
    const at = (now: number, change = {}) => refusalOf(() => checkRequestTimes({ ...request, ...change }, now));
    expect([at(969), at(970), at(1119), at(1120), at(1000, { expiresAt: 1121 })]).toEqual([
      'E_CLOCK',
      'accepted',
      'accepted',
      'E_CLOCK',
      'E_CLOCK',
    ]);
    expect(refusalOf(() => requestOf({ ...parts, capsules: [] }))).toBe('E_COUNT');
    expect(refusalOf(() => requestOf({ ...parts, capsules: Array.from({ length: 51 }, () => capsule) }))).toBe(
      'E_COUNT',
    );
    expect(refusalOf(() => requestOf({ ...parts, capsules: [capsule, cfrag] }))).toBe('E_LENGTH');
  });

  it('receipt: for these bytes, by an operator, in an epoch beside ours', () => {
    const request = word(3);
    const receipt = receiptOf({ policyId, leaf, epoch: 9, request, capsule, cfrag });
    const signature = signTyped('Receipt', key, contracts, receipt);
    const of = {
      contracts,
      policyId,
      leaf,
      request,
      capsule,
      cfrag,
      epoch: 9,
      signature,
      operators: [signer],
      currentEpoch: 9,
    };
    expect(verifyReceipt(of).message).toEqual(receipt);
    expect([7, 8, 10, 11].map((currentEpoch) => refusalOf(() => verifyReceipt({ ...of, currentEpoch })))).toEqual([
      'E_CLOCK',
      'accepted',
      'accepted',
      'E_CLOCK',
    ]);
    for (const change of [
      { operators: [account(1)] },
      { operators: [] },
      { cfrag: cfrag.slice().fill(9) },
      { capsule: capsule.slice().fill(9) },
      { leaf: word(4) },
      { policyId: word(4) },
      { request: word(4) },
      { epoch: 8 },
    ]) {
      expect(
        refusalOf(() => verifyReceipt({ ...of, ...change })),
        JSON.stringify(change),
      ).toBe('E_SIGNATURE');
    }
  });

  it('reservation: over ids in order and the sum of sizes', () => {
    const chunks = [1, 2].map((n) => ({ id: chunkIdOf(new Uint8Array([n])), size: n }));
    expect(chunks.every(({ id }) => isChunkId(id))).toBe(true);
    const reservation = reservationOf({ policyId, leaf, chunks, expiresAt: 5 });
    expect(reservation.size).toBe(3);
    expect(reservation.chunks).not.toBe(
      reservationOf({ policyId, leaf, chunks: chunks.toReversed(), expiresAt: 5 }).chunks,
    );
    const signature = signTyped('Reservation', key, contracts, reservation);
    expect(verifyReservation({ contracts, reservation, signature, verifyingAddress: signer }).signer).toBe(signer);
    const one = chunks[0]!;
    expect(refusalOf(() => reservationOf({ policyId, leaf, chunks: [], expiresAt: 5 }))).toBe('E_COUNT');
    expect(
      refusalOf(() => reservationOf({ policyId, leaf, chunks: Array.from({ length: 601 }, () => one), expiresAt: 5 })),
    ).toBe('E_COUNT');
    expect(
      refusalOf(() => reservationOf({ policyId, leaf, chunks: [{ ...one, size: 1_048_593 }], expiresAt: 5 })),
    ).toBe('E_NUMBER');
    expect(refusalOf(() => reservationOf({ policyId, leaf, chunks: [{ ...one, size: 0 }], expiresAt: 5 }))).toBe(
      'E_NUMBER',
    );
    expect(refusalOf(() => reservationOf({ policyId, leaf, chunks: [{ ...one, id: 'X' }], expiresAt: 5 }))).toBe(
      'E_HEX',
    );
  });

  it('node information: by an operator', () => {
    const info = nodeInfoOf({
      node: account(5),
      url: 'http://a',
      encryptingKey: new Uint8Array(33).fill(2),
      keyNumber: 1,
      peerId: '',
      issuedAt: 3,
    });
    const signature = signTyped('NodeInfo', key, contracts, info);
    expect(verifyNodeInfo({ contracts, info, signature, operators: signer }).signer).toBe(signer);
    expect(
      refusalOf(() => verifyNodeInfo({ contracts, info: { ...info, url: 'http://b' }, signature, operators: signer })),
    ).toBe('E_SIGNATURE');
  });

  it('revocation: by the owner, in time; a contract owner by its own answer', async () => {
    const revocation = { policyId, deadline: 100 };
    const signature = signTyped('Revocation', key, contracts, revocation);
    const of = { contracts, revocation, signature, owner: signer, now: 100 };
    const outcome = async (change: object) =>
      verifyRevocation({ ...of, ...change }).then(
        (verified) => verified.signer,
        (error: unknown) => (error instanceof ProtocolError ? error.code : error),
      );
    expect(await outcome({})).toBe(signer);
    expect(await outcome({ now: 101 })).toBe('E_CLOCK');
    expect(await outcome({ owner: account(9) })).toBe('E_SIGNATURE');
    expect(await outcome({ owner: account(9), judge: async () => true })).toBe(account(9));
    expect(await outcome({ owner: account(9), judge: async () => false })).toBe('E_SIGNATURE');
    expect(await outcome({ owner: account(9), signature: new Uint8Array(200), judge: async () => true })).toBe(
      account(9),
    );
  });
});
