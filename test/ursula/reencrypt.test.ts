import { describe, expect, it } from 'vitest';
import { encodeConditions } from '../../lib/protocol/conditions.ts';
import {
  ackOf,
  addressOf,
  cfragHash,
  leafOf,
  type Receipt,
  type ReencryptBody,
  receiptOf,
  requestDigest,
  requestOf,
  signTyped,
  verifyReceipt,
} from '../../lib/protocol/index.ts';
import { sealKfrag } from '../../lib/protocol/seal.ts';
import { CapsuleFrag, decryptReencrypted, reencrypt, SecretKey } from '../../lib/umbral/index.ts';
import { epochLength, makeCohort, makeWorld, randomWord, t0, type World } from './world.ts';

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'served';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};

/** Flip one bit of a hash or signature. */
const flip = <T extends string>(hex: T): T => (hex.slice(0, -1) + (hex.endsWith('0') ? '1' : '0')) as T;
const flipBytes = (bytes: Uint8Array, at = 0): Uint8Array => {
  const copy = bytes.slice();
  copy[at] = copy[at]! ^ 1;
  return copy;
};

describe('reencrypt', () => {
  it('answers a good request with cfrags that open the ciphertext and receipts that Bob accepts', async () => {
    const world = makeWorld();
    const body = world.request();
    const answer = await world.ursula.reencrypt(body);
    expect(answer.epoch).toBe(t0 / epochLength);
    expect(answer.results).toHaveLength(1);
    const [{ cfrag, signature }] = answer.results as [{ cfrag: Uint8Array; signature: Uint8Array }];
    const keys = {
      verifyingKey: world.verifying.publicKey,
      delegatingKey: world.delegating.publicKey,
      receivingKey: world.receiving.publicKey,
    };
    const verified = CapsuleFrag.fromBytesSimple(cfrag).verify(world.capsule, keys);
    const other = reencrypt(world.capsule, world.kfrags[0]!);
    const plaintext = decryptReencrypted({
      receivingSecretKey: world.receiving,
      delegatingKey: world.delegating.publicKey,
      capsule: world.capsule,
      cfrags: [verified, other],
      ciphertext: world.ciphertext,
    });
    expect(new TextDecoder().decode(plaintext)).toBe('the secret of the lintel');
    const { request } = body;
    const message = requestOf({ ...request, policyId: world.policyId, leaf: world.leafHash, capsules: body.capsules });
    const about = {
      policyId: world.policyId,
      leaf: world.leafHash,
      request: requestDigest(world.domain, message),
      capsule: world.capsule.toBytesSimple(),
      cfrag,
      epoch: answer.epoch,
    };
    verifyReceipt({
      ...about,
      contracts: world.domain,
      signature,
      operators: world.keys.operator,
      currentEpoch: answer.epoch,
    });
    expect(receiptOf(about).policyId).toBe(world.policyId);
    expect(world.used).toEqual({ seal: 1, kfrag: 2, operator: 1 });
  });

  it('remembers what it signs before it signs, and signs nothing that it cannot remember', async () => {
    const log: Receipt[] = [];
    const record = async (receipts: readonly Receipt[]): Promise<void> => {
      expect(world.used.operator).toBe(0);
      log.push(...receipts);
    };
    const world = makeWorld({ ports: { receipts: { record } } });
    const { results, epoch } = await world.ursula.reencrypt(world.request());
    expect(log).toHaveLength(1);
    expect(log[0]).toMatchObject({ policyId: world.policyId, leaf: world.leafHash, epoch });
    expect(log[0]?.cfrag).toBe(cfragHash(results[0]!.cfrag));

    const full = makeWorld({ ports: { receipts: { record: () => Promise.reject(new Error('disk full')) } } });
    await expect(full.ursula.reencrypt(full.request())).rejects.toThrow('disk full');
    expect(full.used.operator).toBe(0);
  });

  it('answers many capsules in order, with the share opened once', async () => {
    const world = makeWorld();
    const capsules = [world.newCapsule(), world.capsule, world.newCapsule()];
    const bytes = capsules.map((capsule) => capsule.toBytesSimple());
    for (let round = 0; round < 2; round += 1) {
      const { results } = await world.ursula.reencrypt(world.request({ capsules: bytes }, { capsules: bytes }));
      results.forEach(({ cfrag }, i) => {
        CapsuleFrag.fromBytesSimple(cfrag).verify(capsules[i]!, {
          verifyingKey: world.verifying.publicKey,
          delegatingKey: world.delegating.publicKey,
          receivingKey: world.receiving.publicKey,
        });
      });
    }
    expect(world.used).toEqual({ seal: 1, kfrag: 7, operator: 6 });
  });
});

/** Faults in the order of protocol.md section 7: how to cause each alone, on top of whatever else is wrong. */
interface Fault {
  readonly name: string;
  readonly code: string;
  /** May edit the world before the request is made. */
  world?(world: World): void;
  /** Edits what Bob signs. */
  sign?(world: World): Parameters<World['request']>[0];
  /** Edits the body after signing. */
  body?(world: World, body: ReencryptBody): ReencryptBody;
  /** The step whose refusal it is, to order two faults. */
  readonly step: number;
  /** Faults that share a switch and cannot be combined. */
  readonly group: string;
}

const badKfrag = (world: World): Uint8Array => {
  const place = { keyNumber: 1, policyId: randomWord(), index: world.index, node: world.node };
  return sealKfrag(world.encryptingSecrets.get(1)!.publicKey, place, world.kfrags[world.index]!.toBytes());
};

const setPolicy = (world: World, change: object): void => {
  const { policyId } = world;
  world.view.policies.set(policyId, { ...world.view.policies.get(policyId)!, ...change });
};

const seenNonce = randomWord();

const faults: readonly Fault[] = [
  {
    name: 'R35 other chain id',
    code: 'E_DOMAIN',
    step: 2.1,
    group: 'domain',
    body: (_, body) => ({ ...body, domain: { ...body.domain, chainId: 1 } }),
  },
  {
    name: 'R35 other contract',
    code: 'E_DOMAIN',
    step: 2.1,
    group: 'domain',
    body: (_, body) => ({ ...body, domain: { ...body.domain, adjudicator: body.domain.escrow } }),
  },
  {
    name: 'R34 addressed to another node',
    code: 'E_AUDIENCE',
    step: 2.2,
    group: 'audience',
    body: (_, body) => ({ ...body, request: { ...body.request, node: body.domain.escrow } }),
  },
  {
    name: 'R34 leaf of another node',
    code: 'E_AUDIENCE',
    step: 2.2,
    group: 'audience',
    body: (world, body) => ({ ...body, leaf: { ...body.leaf, node: world.all[0]!.leaf.node } }),
  },
  {
    name: 'R44 reader is not the recipient',
    code: 'E_RECIPIENT',
    step: 2.3,
    group: 'recipient',
    body: (_, body) => ({ ...body, request: { ...body.request, reader: body.domain.escrow } }),
  },
  {
    name: 'R51 no view of the chain',
    code: 'E_CHAIN_STALE',
    step: 3,
    group: 'head',
    world: (world) => {
      world.view.current = undefined;
    },
  },
  {
    name: 'R51 head 61 s old by its timestamp',
    code: 'E_CHAIN_STALE',
    step: 3,
    group: 'head',
    world: (world) => {
      world.setHead(t0 - 61);
    },
  },
  {
    name: 'R51 head not confirmed by the RPC for 61 s',
    code: 'E_CHAIN_STALE',
    step: 3,
    group: 'head',
    world: (world) => {
      world.view.current = { ...world.view.current!, seenAtMs: world.clock.ms - 61_000 };
    },
  },
  {
    name: 'R39 policy unknown',
    code: 'E_POLICY',
    step: 4.1,
    group: 'policy',
    world: (world) => world.view.policies.clear(),
  },
  {
    name: 'R42 policy revoked',
    code: 'E_REVOKED',
    step: 4.2,
    group: 'revoked',
    world: (world) => setPolicy(world, { revokedAt: t0 - 1 }),
  },
  {
    name: 'R42 policy tombstoned by an early notice',
    code: 'E_REVOKED',
    step: 4.2,
    group: 'tombstone',
    world: (world) => void world.ports.tombstones.put(world.policyId, t0 + 60, new Uint8Array(65)),
  },
  {
    name: 'R41 policy expired this very second',
    code: 'E_EXPIRED',
    step: 4.3,
    group: 'expiry',
    world: (world) => setPolicy(world, { expiresAt: t0 }),
  },
  {
    name: 'R43 creation not at depth c',
    code: 'E_PENDING',
    step: 4.4,
    group: 'depth',
    world: (world) => setPolicy(world, { confirmations: 0 }),
  },
  {
    name: 'R40 policy underpays and no Ack covers it',
    code: 'E_PAYMENT',
    step: 4.5,
    group: 'rate',
    world: (world) => setPolicy(world, { rate: 999n }),
  },
  {
    name: 'proof of another place',
    code: 'E_LEAF',
    step: 5,
    group: 'proof',
    body: (world, body) => ({ ...body, proof: world.tree.proof(0) }),
  },
  {
    name: 'proof one word short',
    code: 'E_LEAF',
    step: 5,
    group: 'proof',
    body: (_, body) => ({ ...body, proof: body.proof.slice(1) }),
  },
  {
    name: 'leaf with a larger byte budget',
    code: 'E_LEAF',
    step: 5,
    group: 'proof',
    body: (_, body) => ({ ...body, leaf: { ...body.leaf, byteBudget: 9_000_000 } }),
  },
  {
    name: 'R36 expired a second ago',
    code: 'E_CLOCK',
    step: 7,
    group: 'times',
    sign: () => ({ issuedAt: t0 - 60, expiresAt: t0 }),
  },
  {
    name: 'R36 31 s from the future',
    code: 'E_CLOCK',
    step: 7,
    group: 'times',
    sign: () => ({ issuedAt: t0 + 31, expiresAt: t0 + 100 }),
  },
  {
    name: 'R36 living 121 s',
    code: 'E_CLOCK',
    step: 7,
    group: 'times',
    sign: () => ({ issuedAt: t0, expiresAt: t0 + 121 }),
  },
  {
    name: 'R37 nonce that was seen',
    code: 'E_REPLAY',
    step: 8,
    group: 'nonce',
    world: (world) => void world.ports.nonces.insert(world.leaf.reader, seenNonce, t0 + 1_000),
    sign: () => ({ nonce: seenNonce }),
  },
  {
    name: 'R33 signed by another key',
    code: 'E_SIGNATURE',
    step: 9,
    group: 'signature',
    sign: () => ({ signer: SecretKey.random() }),
  },
  {
    name: 'R32 signature of zeros',
    code: 'E_SIGNATURE',
    step: 9,
    group: 'signature',
    body: (_, body) => ({ ...body, request: { ...body.request, signature: new Uint8Array(65) } }),
  },
  {
    name: 'R45 sealed kfrag that the leaf does not name',
    code: 'E_KFRAG',
    step: 12,
    group: 'kfrag',
    body: (world, body) => ({ ...body, sealedKfrag: badKfrag(world) }),
  },
  {
    name: 'R31 capsule that fails its equation',
    code: 'E_CAPSULE_INVALID',
    step: 13,
    group: 'capsule',
    // Signed by Bob, so that only the capsule is wrong; combined faults keep it.
    sign: (world) => ({ capsules: [flipBytes(world.capsule.toBytesSimple(), 97)] }),
    body: (world, body) => ({ ...body, capsules: [flipBytes(world.capsule.toBytesSimple(), 97)] }),
  },
];

/** Ask with these faults together. */
async function ask(world: World, wrong: readonly Fault[]): Promise<string> {
  for (const fault of wrong) fault.world?.(world);
  const signed = Object.assign({}, ...wrong.map((fault) => fault.sign?.(world)));
  let body = world.request(signed);
  if (signed.capsules !== undefined) body = { ...body, capsules: signed.capsules };
  for (const fault of wrong) body = fault.body?.(world, body) ?? body;
  return codeOf(world.ursula.reencrypt(body));
}

describe('reencrypt refuses, T-R01 T-R03 T-R04', () => {
  it.each(faults)('$name: $code', async (fault) => {
    const world = makeWorld();
    expect(await ask(world, [fault])).toBe(fault.code);
    // T-U06: nothing secret before step 12, no share used before step 14; the operator's key never for a refusal.
    if (fault.step < 12) expect(world.used).toEqual({ seal: 0, kfrag: 0, operator: 0 });
    else expect(world.used.operator).toBe(0);
  });

  it('says the earlier of two faults, for every pair', async () => {
    const cohort = makeCohort();
    const wrongOrder: string[] = [];
    for (const first of faults) {
      for (const second of faults) {
        if (first.step >= second.step || first.group === second.group) continue;
        const fresh = makeWorld({}, cohort);
        const code = await ask(fresh, [second, first]);
        if (code !== first.code) wrongOrder.push(`${first.name} + ${second.name}: ${code}`);
        if (first.step < 12) expect(fresh.used).toEqual({ seal: 0, kfrag: 0, operator: 0 });
      }
    }
    expect(wrongOrder).toEqual([]);
  });
});

describe('reencrypt, one by one', () => {
  it('R37 T-R02 refuses a replay, also concurrently, and does not spend a nonce for a bad signature', async () => {
    const world = makeWorld();
    const body = world.request();
    const forged = { ...body, request: { ...body.request, signature: flipBytes(body.request.signature, 5) } };
    expect(await codeOf(world.ursula.reencrypt(forged))).toBe('E_SIGNATURE');
    const twice = await Promise.all([codeOf(world.ursula.reencrypt(body)), codeOf(world.ursula.reencrypt(body))]);
    expect(twice.sort()).toEqual(['E_REPLAY', 'served']);
    expect(await codeOf(world.ursula.reencrypt(body))).toBe('E_REPLAY');
    expect(world.used.operator).toBe(1);
  });

  it('R37 the insert decides when two requests pass the look at once', async () => {
    let inserted = 0;
    const nonces = { seen: () => false, insert: async () => ++inserted === 1 };
    const world = makeWorld({ ports: { nonces } });
    const body = world.request();
    expect(await codeOf(world.ursula.reencrypt(body))).toBe('served');
    expect(await codeOf(world.ursula.reencrypt(body))).toBe('E_REPLAY');
    expect(world.used.operator).toBe(1);
  });

  it('T-R01 every signed field changed alone is refused', async () => {
    const world = makeWorld();
    const { request } = world.request();
    const good = world.request();
    const others: readonly Partial<ReencryptBody>[] = [
      { request: { ...good.request, nonce: request.nonce } },
      { request: { ...good.request, issuedAt: good.request.issuedAt + 1 } },
      { request: { ...good.request, expiresAt: good.request.expiresAt - 1 } },
      { request: { ...good.request, signature: request.signature } },
      { capsules: [world.newCapsule().toBytesSimple()] },
      { capsules: [...good.capsules, ...good.capsules] },
    ];
    for (const other of others) {
      expect(await codeOf(world.ursula.reencrypt({ ...good, ...other }))).toBe('E_SIGNATURE');
    }
    expect(await codeOf(world.ursula.reencrypt(good))).toBe('served');
  });

  it('R49 a reader that floods gets E_RATE, others are served', async () => {
    const world = makeWorld({ ursula: { perReader: { burst: 2, perSecond: 1 } } });
    const codes = [];
    for (let i = 0; i < 3; i += 1) codes.push(await codeOf(world.ursula.reencrypt(world.request())));
    expect(codes).toEqual(['served', 'served', 'E_RATE']);
    world.clock.ms += 1_000;
    expect(await codeOf(world.ursula.reencrypt(world.request()))).toBe('served');
  });

  it('R50 E_BUSY when no place is free, before any secret', async () => {
    const world = makeWorld({ work: () => ({ reserve: () => undefined, retryAfterS: () => 7 }) });
    await expect(world.ursula.reencrypt(world.request())).rejects.toMatchObject({ code: 'E_BUSY', retryAfter: 7 });
    expect(world.used).toEqual({ seal: 0, kfrag: 0, operator: 0 });
  });

  it('T-U06 1,000 forged capsules, no multiplication by the share', { timeout: 120_000 }, async () => {
    const world = makeWorld({ ursula: { perReader: { burst: 10_000, perSecond: 1 } } });
    await world.ursula.reencrypt(world.request());
    const before = world.used.kfrag;
    const good = Array.from({ length: 49 }, () => world.capsule.toBytesSimple());
    for (let done = 0; done < 1_000; done += 50) {
      const forged = world.newCapsule().toBytesSimple();
      forged.set(crypto.getRandomValues(new Uint8Array(31)), 67);
      // One bad capsule among 49 good ones stops all of them; the other 20 requests are all bad.
      const capsules = done === 0 ? [...good, forged] : Array.from({ length: 50 }, () => flipBytes(forged, 97));
      expect(await codeOf(world.ursula.reencrypt(world.request({ capsules }, { capsules })))).toBe('E_CAPSULE_INVALID');
    }
    expect(world.used.kfrag).toBe(before);
  });

  it('step 15: a revocation that arrives while she works is honoured, and nothing is signed', async () => {
    for (const end of ['revoked', 'expired', 'condition', 'gone', 'stale'] as const) {
      const conditions = end === 'condition' ? encodeConditions({ notAfter: t0 + 60 }) : null;
      const world = makeWorld({ conditions });
      const reserve = world.ports.work.reserve.bind(world.ports.work);
      world.ports.work.reserve = (capsules) => {
        const place = reserve(capsules)!;
        return {
          release: () => place.release(),
          run: async (job) => {
            const cfrags = await place.run(job);
            if (end === 'revoked') setPolicy(world, { revokedAt: t0 });
            if (end === 'expired') world.setHead(t0 + 600, 120n);
            if (end === 'condition') world.setHead(t0 + 60, 120n);
            if (end === 'gone') world.view.policies.clear();
            if (end === 'stale') world.view.current = undefined;
            return cfrags;
          },
        };
      };
      const codes = {
        revoked: 'E_REVOKED',
        expired: 'E_EXPIRED',
        condition: 'E_EXPIRED',
        gone: 'E_PENDING',
        stale: 'E_CHAIN_STALE',
      };
      expect(await codeOf(world.ursula.reencrypt(world.request()))).toBe(codes[end]);
      expect(world.used.operator).toBe(0);
    }
  });

  it('step 15: a revocation that arrives while the receipts are written is honoured too', async () => {
    const revoke = async (): Promise<void> => {
      world.view.policies.set(world.policyId, { ...world.policy, revokedAt: t0 });
    };
    const world: World = makeWorld({ ports: { receipts: { record: revoke } } });
    await expect(world.ursula.reencrypt(world.request())).rejects.toMatchObject({ code: 'E_REVOKED' });
    expect(world.used.operator).toBe(0);
  });

  it('step 15: signs nothing with a key that is not the operator of the epoch', async () => {
    const world = makeWorld();
    world.view.spans.length = 0;
    expect(await codeOf(world.ursula.reencrypt(world.request()))).toBe('E_NOT_BONDED');
    expect(world.used.operator).toBe(0);
    expect(world.alarms).toEqual(['operator.invalid']);
  });

  it('asks the RPC once for a policy that the index lacks', async () => {
    const world = makeWorld();
    world.view.policies.clear();
    world.view.ahead.set(world.policyId, world.policy);
    expect(await codeOf(world.ursula.reencrypt(world.request()))).toBe('served');
  });

  it('a tombstone ends with its deadline when no revocation was mined', async () => {
    const world = makeWorld();
    await world.ports.tombstones.put(world.policyId, t0 + 10, new Uint8Array(65));
    world.setHead(t0 + 10);
    expect(await codeOf(world.ursula.reencrypt(world.request()))).toBe('E_REVOKED');
    world.setHead(t0 + 11);
    expect(await codeOf(world.ursula.reencrypt(world.request()))).toBe('served');
  });

  it('R40 serves an underpaid policy that an Ack of its operator covers, and no other', async () => {
    const world = makeWorld();
    const { ack, signature } = await world.ursula.ack(world.ackBody());
    world.view.miners.set(world.node, { ...world.miner, minRate: 5_000n });
    expect(await codeOf(world.ursula.reencrypt(world.request()))).toBe('E_PAYMENT');
    expect(await codeOf(world.ursula.reencrypt(world.request({}, { ack: { ...ack, signature } })))).toBe('served');
    const forged = signTyped(
      'Ack',
      SecretKey.random(),
      world.domain,
      ackOf({ ...ack, policyId: world.policyId, leaf: world.leafHash }),
    );
    const bad = [
      { ...ack, signature: forged },
      { ...ack, rate: 999n, signature },
      { ...ack, until: ack.until + 1, signature },
      { ...ack, signature: new Uint8Array(65) },
    ];
    for (const one of bad) {
      expect(await codeOf(world.ursula.reencrypt(world.request({}, { ack: one })))).toBe('E_PAYMENT');
    }
    world.setHead(t0 + 599);
    setPolicy(world, { expiresAt: t0 + 10_000 });
    world.clock.ms += 599_000;
    world.setHead(t0 + 600);
    expect(await codeOf(world.ursula.reencrypt(world.request({}, { ack: { ...ack, signature } })))).toBe('served');
    world.setHead(t0 + 601);
    expect(await codeOf(world.ursula.reencrypt(world.request({}, { ack: { ...ack, signature } })))).toBe('E_PAYMENT');
  });

  it('R43 conditions: before, inside and after their window; unknown ones are refused by name', async () => {
    const window = makeWorld({ conditions: encodeConditions({ notBefore: t0 + 10, notAfter: t0 + 20 }) });
    const codes: string[] = [];
    for (const at of [9, 10, 19, 20]) {
      window.setHead(t0 + at);
      codes.push(await codeOf(window.ursula.reencrypt(window.request())));
    }
    expect(codes).toEqual(['E_PENDING', 'served', 'served', 'E_EXPIRED']);
    const unknown = makeWorld({ conditions: Uint8Array.of(0x82, 0x02, 0x80) });
    expect(await codeOf(unknown.ursula.reencrypt(unknown.request()))).toBe('E_CONDITION');
    expect(unknown.used.seal).toBe(0);
  });

  it('R45 an erased encrypting key is E_KEY_NUMBER; a share re-homed from another policy is E_KFRAG', async () => {
    const world = makeWorld();
    world.encryptingSecrets.clear();
    expect(await codeOf(world.ursula.reencrypt(world.request()))).toBe('E_KEY_NUMBER');

    // Bob pays a policy of his own around the sealed kfrag of the revoked one: the aad gives it away.
    const old = makeWorld({ shares: 1, index: 0, threshold: 1 });
    // Also when the share lies opened in the cache for the policy that it belongs to.
    expect(await codeOf(old.ursula.reencrypt(old.request()))).toBe('served');
    const policyId = randomWord();
    const leaf = old.leaf;
    old.view.policies.set(policyId, {
      ...old.policy,
      policyId,
      root: leafOf(leaf).hash,
      owner: addressOf(old.reader.publicKey),
    });
    const body = old.request({ policyId }, { policyId, proof: [] });
    expect(await codeOf(old.ursula.reencrypt(body))).toBe('E_KFRAG');
  });

  it('refuses a wrong fragment even when leaf and root agree on it', async () => {
    const world = makeWorld({ shares: 1, index: 0, threshold: 1 });
    const leaf = { ...world.leaf, fragment: flip(world.leaf.fragment) };
    setPolicy(world, { root: leafOf(leaf).hash });
    expect(await codeOf(world.ursula.reencrypt(world.request({}, { leaf, proof: [] })))).toBe('E_KFRAG');
    expect(world.used.operator).toBe(0);
  });
});
