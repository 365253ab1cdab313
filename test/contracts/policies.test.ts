/** PolicyManager over RPC: events, contract wallets, forged signatures, re-entrancy, and ether that nobody asked for. */
import { expect } from 'chai';
import { ethers as ethersLib, type Wallet } from 'ethers';
import { readVectors, signStructure } from './support/typed.ts';
import { type Callable, hash, makeWorld, noNote, type World } from './support/world.ts';

const rate = 10n ** 9n;
const far = 2n ** 40n;

describe('PolicyManager', () => {
  let world: World;
  let alice: Wallet;
  let manager: Callable;
  const matcher = () => manager as never;

  before(async () => {
    world = await makeWorld();
    manager = world.manager;
    alice = await world.wallet(1);
  });
  after(() => world.connection.close());

  const termsOf = async (salt: string, shares = 3) => ({
    salt: hash(salt),
    root: hash('root'),
    shares,
    rate,
    expiresAt: (await world.now()) + 300n,
  });
  const depositOf = async (terms: { shares: number; expiresAt: bigint }) =>
    (await world.read<[bigint]>(manager, 'quote', rate, terms.shares, terms.expiresAt))[0];
  const create = async (salt: string) => {
    const terms = await termsOf(salt);
    await world.send(manager, alice, 'createPolicy', [terms, noNote], await depositOf(terms));
    return world.read<string>(manager, 'policyIdOf', alice.address, terms.salt);
  };

  it('tells watchers all they need in one event, and Bob his notice', async () => {
    const terms = await termsOf('events');
    const note = { tag: hash('tag'), envelope: '0x1234' };
    const id = await world.read<string>(manager, 'policyIdOf', alice.address, terms.salt);
    const epoch = await world.epoch();
    const end = (terms.expiresAt - 1n) / 30n;
    await expect(world.send(manager, alice, 'createPolicy', [terms, note], await depositOf(terms)))
      .to.emit(manager, 'PolicyCreated')
      .withArgs(id, alice.address, alice.address, terms.root, 3, rate, epoch + 1n, end, terms.expiresAt)
      .and.to.emit(manager, 'Notice')
      .withArgs(id, note.tag, note.envelope);
    await expect(world.send(manager, alice, 'revoke', [id])).to.emit(manager, 'PolicyRevoked');
    await expect(world.send(manager, alice, 'withdraw', [alice.address])).to.emit(manager, 'Withdrawn');
  });

  it('an id cannot be taken from its owner', async () => {
    const terms = await termsOf('mine');
    const thief = await world.wallet(2);
    await world.send(manager, thief, 'createPolicy', [terms, noNote], await depositOf(terms));
    await world.send(manager, alice, 'createPolicy', [terms, noNote], await depositOf(terms));
    await expect(
      world.send(manager, alice, 'createPolicy', [terms, noNote], await depositOf(terms)),
    ).to.be.revertedWithCustomError(matcher(), 'PolicyExists');
  });

  it('refuses revocations that are forged, of another chain, of another contract, or malleable', async () => {
    const policyId = await create('signed');
    const message = { policyId, deadline: far };
    const { policyManager, escrow } = world.deployment;
    const bad = [
      await signStructure(await world.wallet(3), 'Revocation', policyManager, message),
      await signStructure(alice, 'Revocation', policyManager, message, 1),
      await signStructure(alice, 'Revocation', escrow, message),
      await signStructure(alice, 'Revocation', policyManager, { policyId, deadline: far - 1n }),
      `0x${'00'.repeat(65)}`,
      '0x',
    ];
    const good = await signStructure(alice, 'Revocation', policyManager, message);
    const { r, s, v } = ethersLib.Signature.from(good);
    const n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const high = ethersLib.toBeHex(n - BigInt(s), 32);
    bad.push(ethersLib.concat([r, high, v === 27 ? '0x1c' : '0x1b']));
    for (const odd of ['0x00', '0x01', '0x1d']) bad.push(ethersLib.concat([r, s, odd]));
    for (const signature of bad) {
      await expect(
        world.send(manager, undefined, 'revokeBySig', [policyId, far, signature]),
      ).to.be.revertedWithCustomError(matcher(), 'BadSignature');
    }
    await expect(world.send(manager, undefined, 'revokeBySig', [policyId, 1n, good])).to.be.revertedWithCustomError(
      matcher(),
      'ExpiredSignature',
    );
    await world.send(manager, undefined, 'revokeBySig', [policyId, far, good]);
    expect(await world.read(manager, 'isServable', policyId, await world.now())).to.equal(false);
  });

  describe('a contract wallet', () => {
    let wallet: Callable;
    let address: string;
    const act = (method: string, args: readonly unknown[], value = 0n) =>
      wallet.getFunction('act')(
        world.deployment.policyManager,
        value,
        manager.interface.encodeFunctionData(method, args),
      );

    before(async () => {
      const { ethers } = world.connection;
      wallet = (await ethers.deployContract('Wallet', [alice.address], {
        value: 10n ** 18n,
      })) as unknown as Callable;
      address = await wallet.getAddress();
    });

    it('consents, extends and revokes by ERC-1271', async () => {
      const terms = await termsOf('1271');
      const sponsor = await world.wallet(4);
      const deposit = await depositOf(terms);
      const message = { owner: address, sponsor: sponsor.address, ...terms, deadline: far };
      const consent = await signStructure(alice, 'PolicyFor', world.deployment.policyManager, message);
      await world.send(manager, sponsor, 'createPolicyFor', [terms, address, far, consent, noNote], deposit);
      const policyId = await world.read<string>(manager, 'policyIdOf', address, terms.salt);
      const revocation = { policyId, deadline: far };
      const forged = await signStructure(sponsor, 'Revocation', world.deployment.policyManager, revocation);
      await expect(
        world.send(manager, undefined, 'revokeBySig', [policyId, far, forged]),
      ).to.be.revertedWithCustomError(matcher(), 'BadSignature');
      const good = await signStructure(alice, 'Revocation', world.deployment.policyManager, revocation);
      await world.send(manager, undefined, 'revokeBySig', [policyId, far, good]);
      expect(await world.read(manager, 'credit', sponsor.address)).to.equal(deposit - 3n * rate);
    });

    it('finds withdraw shut when it calls back, and is paid once', async () => {
      const terms = await termsOf('attacker');
      await act('createPolicy', [terms, noNote], await depositOf(terms));
      const id = await world.read<string>(manager, 'policyIdOf', address, terms.salt);
      await act('revoke', [id]);
      const credit = await world.read<bigint>(manager, 'credit', address);
      const before = await world.connection.ethers.provider.getBalance(address);
      await wallet.getFunction('onReceive')(
        world.deployment.policyManager,
        manager.interface.encodeFunctionData('withdraw', [address]),
      );
      await act('withdraw', [address]);
      expect(await world.read(wallet, 'entered')).to.equal(1n);
      expect(await world.read(wallet, 'reason')).to.equal(
        manager.interface.getError('ReentrancyGuardReentrantCall')?.selector,
      );
      expect(await world.connection.ethers.provider.getBalance(address)).to.equal(before + credit);
    });

    it('that refuses money blocks nobody and nothing but its own payout', async () => {
      const terms = await termsOf('refuser');
      await act('createPolicy', [terms, noNote], await depositOf(terms));
      const id = await world.read<string>(manager, 'policyIdOf', address, terms.salt);
      await wallet.getFunction('refuse')(true);
      await act('revoke', [id]);
      await expect(act('withdraw', [address])).to.be.revertedWithCustomError(matcher(), 'WithdrawFailed');
      await act('withdraw', [alice.address]);
    });
  });

  it('keeps its books when ether is forced upon it', async () => {
    const { networkHelpers, ethers } = world.connection;
    const { policyManager } = world.deployment;
    const balance = await ethers.provider.getBalance(policyManager);
    await networkHelpers.setBalance(policyManager, balance + 1_000n);
    const id = await create('forced');
    await world.send(manager, alice, 'revoke', [id]);
    const credit = await world.read<bigint>(manager, 'credit', alice.address);
    const before = await ethers.provider.getBalance(policyManager);
    await world.send(manager, alice, 'withdraw', [alice.address]);
    expect(await ethers.provider.getBalance(policyManager)).to.equal(before - credit);
  });
});

describe('KeyRegistry', () => {
  let world: World;
  let owner: Wallet;
  let receiving: Wallet;
  let verifying: Wallet;
  const matcher = () => world.registry as never;
  const halves = (wallet: Wallet) => {
    const hex = wallet.signingKey.publicKey.slice(4);
    return [`0x${hex.slice(0, 64)}`, `0x${hex.slice(64)}`] as const;
  };

  before(async () => {
    world = await makeWorld();
    owner = await world.wallet(1);
    receiving = await world.wallet(2);
    verifying = await world.wallet(3);
  });
  after(() => world.connection.close());

  const packed = () =>
    ethersLib.keccak256(
      ethersLib.concat([receiving.signingKey.compressedPublicKey, verifying.signingKey.compressedPublicKey]),
    );
  const pairOf = async (who: string, version: number) => {
    const message = { owner: who, keys: packed(), version };
    const sign = async (wallet: Wallet) =>
      ethersLib.Signature.from(await signStructure(wallet, 'KeyPossession', world.deployment.keyRegistry, message));
    const [a, b] = [await sign(receiving), await sign(verifying)];
    const [rx, ry] = halves(receiving);
    const [vx, vy] = halves(verifying);
    return { rx, ry, vx, vy, rr: a.r, rvs: a.yParityAndS, vr: b.r, vvs: b.yParityAndS };
  };

  it('keeps every version, compressed, with the time', async () => {
    await expect(world.send(world.registry, owner, 'register', [await pairOf(owner.address, 1), 1]))
      .to.emit(world.registry, 'KeysRegistered')
      .withArgs(owner.address, 1, receiving.signingKey.compressedPublicKey, verifying.signingKey.compressedPublicKey);
    const first = receiving;
    receiving = await world.wallet(4);
    await world.send(world.registry, owner, 'register', [await pairOf(owner.address, 2), 2]);
    const [now, , version] = await world.read<[string, string, bigint]>(world.registry, 'keysOf', owner.address);
    expect([now, version]).to.deep.equal([receiving.signingKey.compressedPublicKey, 2n]);
    const [old, , since] = await world.read<[string, string, bigint]>(world.registry, 'keysAt', owner.address, 1);
    expect(old).to.equal(first.signingKey.compressedPublicKey);
    expect(since > 0n).to.equal(true);
    const none = await world.read<unknown[]>(world.registry, 'keysAt', owner.address, 3);
    expect([...none]).to.deep.equal(['0x', '0x', 0n]);
    receiving = first;
  });

  it('refuses a wrong version, one key for both uses, and any claim without possession', async () => {
    const other = await world.wallet(9);
    const good = await pairOf(other.address, 1);
    const attempt = (pair: unknown, version = 1, from = other) =>
      world.send(world.registry, from, 'register', [pair, version]);
    for (const version of [0, 2]) {
      await expect(attempt(await pairOf(other.address, version), version)).to.be.revertedWithCustomError(
        matcher(),
        'BadVersion',
      );
    }
    await expect(attempt({ ...good, vx: good.rx, vy: good.ry })).to.be.revertedWithCustomError(matcher(), 'SameKeys');
    const p = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2fn;
    const wrong = [
      { ...good, ry: ethersLib.toBeHex(BigInt(good.ry) ^ 2n, 32) }, // off the curve
      { ...good, rx: ethersLib.toBeHex(p + 1n, 32) },
      { ...good, rr: good.vr, rvs: good.vvs },
      { ...good, vvs: ethersLib.toBeHex(BigInt(good.vvs) ^ (1n << 255n), 32) },
      { ...good, rr: `0x${'00'.repeat(32)}` },
    ];
    for (const pair of wrong) {
      await expect(attempt(pair)).to.be.revertedWithCustomError(matcher(), 'BadPossession');
    }
    // a proof made for one owner is none for another
    await expect(attempt(good, 1, await world.wallet(10))).to.be.revertedWithCustomError(matcher(), 'BadPossession');
    await attempt(good);
  });

  it('registers for an owner who only signs, once and in time', async () => {
    const signer = await world.wallet(20);
    const pair = await pairOf(signer.address, 1);
    const message = { owner: signer.address, keys: packed(), version: 1, deadline: far };
    const good = await signStructure(signer, 'KeyRegistration', world.deployment.keyRegistry, message);
    const forged = await signStructure(owner, 'KeyRegistration', world.deployment.keyRegistry, message);
    const attempt = (deadline: bigint, signature: string) =>
      world.send(world.registry, undefined, 'registerFor', [signer.address, pair, 1, deadline, signature]);
    await expect(attempt(far, forged)).to.be.revertedWithCustomError(matcher(), 'BadSignature');
    await expect(attempt(far + 1n, good)).to.be.revertedWithCustomError(matcher(), 'BadSignature');
    await expect(attempt(1n, good)).to.be.revertedWithCustomError(matcher(), 'ExpiredSignature');
    await attempt(far, good);
    await expect(attempt(far, good)).to.be.revertedWithCustomError(matcher(), 'BadVersion');
  });

  it('agrees with the shared vector of KeyPossession', () => {
    const { signed } = readVectors<{ signed: { structure: string }[] }>('typed');
    expect(signed.filter((one) => one.structure === 'KeyPossession').length).to.equal(4);
  });
});
