/**
 * MinerEscrow over RPC: permits, odd tokens, re-entrancy, who may call what, and gas that does not grow with the state.
 * Arithmetic and history are fuzzed in Solidity (contracts/test).
 */
import { expect } from 'chai';
import { type Wallet, ZeroAddress } from 'ethers';
import { domainOf, signStructure } from './support/typed.ts';
import { type Callable, info, makeWorld, minStake, type World } from './support/world.ts';

describe('MinerEscrow', () => {
  let world: World;
  let node: Wallet;
  let operator: Wallet;
  const matcher = (contract: Callable) => contract as never;
  const far = 2n ** 40n;

  before(async () => {
    world = await makeWorld();
  });
  after(() => world.connection.close());

  const consentOf = (key: Wallet, from: Wallet, escrow: string = world.deployment.escrow) =>
    signStructure(key, 'OperatorConsent', escrow, { node: from.address, deadline: far });

  const permitOf = async (owner: Wallet, value: bigint, deadline: bigint) => {
    const nonce = await world.read<bigint>(world.token, 'nonces', owner.address);
    const fields = ['owner', 'spender', 'value', 'nonce', 'deadline'];
    const signature = await owner.signTypedData(
      domainOf(world.deployment.token),
      { Permit: fields.map((name, k) => ({ name, type: k < 2 ? 'address' : 'uint256' })) },
      { owner: owner.address, spender: world.deployment.escrow, value, nonce, deadline },
    );
    const { v, r, s } = world.connection.ethers.Signature.from(signature);
    return { deadline, v, r, s };
  };

  describe('bondWithPermit', () => {
    const bondArgs = async (permit: unknown) => [
      minStake,
      operator.address,
      far,
      await consentOf(operator, node),
      (await world.epoch()) + 1n,
      info,
      permit,
    ];

    it('needs no approval, and emits what a registry of nodes is folded from', async () => {
      node = await world.wallet(1);
      operator = await world.wallet(2);
      await world.send(world.token, undefined, 'transfer', [node.address, minStake]);
      const args = await bondArgs(await permitOf(node, minStake, far));
      const sent = world.send(world.escrow, node, 'bondWithPermit', args);
      await expect(sent)
        .to.emit(world.escrow, 'Bonded')
        .withArgs(node.address, operator.address, minStake, args[4])
        .and.to.emit(world.escrow, 'NodeInfoSet')
        .withArgs(node.address, info.url, info.encryptingKey, info.keyNumber, info.peerId, info.protocol);
      expect(await world.read(world.escrow, 'isBonded', node.address)).to.equal(true);
    });

    it('goes through when somebody used the permit first', async () => {
      node = await world.wallet(3);
      operator = await world.wallet(4);
      await world.send(world.token, undefined, 'transfer', [node.address, minStake]);
      const permit = await permitOf(node, minStake, far);
      const args = await bondArgs(permit);
      await world.send(world.token, await world.wallet(99), 'permit', [
        node.address,
        world.deployment.escrow,
        minStake,
        permit.deadline,
        permit.v,
        permit.r,
        permit.s,
      ]);
      await world.send(world.escrow, node, 'bondWithPermit', args);
      expect(await world.read(world.escrow, 'isBonded', node.address)).to.equal(true);
    });

    it('with an expired permit and no allowance keeps the token’s own error', async () => {
      node = await world.wallet(5);
      operator = await world.wallet(6);
      await world.send(world.token, undefined, 'transfer', [node.address, minStake]);
      const args = await bondArgs(await permitOf(node, minStake, 1n));
      await expect(world.send(world.escrow, node, 'bondWithPermit', args)).to.be.revertedWithCustomError(
        matcher(world.token),
        'ERC20InsufficientAllowance',
      );
    });
  });

  describe('an odd token', () => {
    const oddity = { none: 0, fee: 1, returnsFalse: 2, returnsNothing: 3, blocks: 4, reenters: 5, reverts: 6 } as const;
    let odd: Callable;
    let escrow: Callable;
    let address: string;
    const rules = [30, 2, 14, 21, minStake, 10n ** 18n];

    beforeEach(async () => {
      const { ethers } = world.connection;
      odd = (await ethers.deployContract('OddToken')) as unknown as Callable;
      const libraries: Record<string, string> = {};
      for (const name of ['Exits', 'Penalties', 'Rewards', 'SignedBeats']) {
        libraries[name] = await (await ethers.deployContract(name)).getAddress();
      }
      escrow = (await ethers.deployContract('MinerEscrow', [await odd.getAddress(), rules], {
        libraries,
      })) as unknown as Callable;
      address = await escrow.getAddress();
      const [deployer] = await ethers.getSigners();
      await escrow.getFunction('wire')(deployer?.address);
      node = await world.wallet(20);
      operator = await world.wallet(21);
      await odd.getFunction('transfer')(node.address, 10n * minStake);
      await world.send(odd, node, 'approve', [address, 10n * minStake]);
    });

    const be = (kind: number, target: string = ZeroAddress, data: string = '0x') =>
      odd.getFunction('be')(kind, target, data);
    const bond = async () =>
      world.send(escrow, node, 'bond', [
        minStake,
        operator.address,
        far,
        await consentOf(operator, node, address),
        (await world.epoch()) + 1n,
        info,
      ]);

    it('that takes a fee is refused', async () => {
      await be(oddity.fee);
      await expect(bond()).to.be.revertedWithCustomError(matcher(escrow), 'UnexpectedTransferAmount');
    });

    it('that returns false, or reverts, is refused', async () => {
      await be(oddity.returnsFalse);
      await expect(bond()).to.be.revertedWithCustomError(matcher(escrow), 'SafeERC20FailedOperation');
      await be(oddity.reverts);
      await expect(bond()).to.be.revertedWith('token says no');
    });

    it('that returns nothing works', async () => {
      await be(oddity.returnsNothing);
      await bond();
      expect(await world.read(escrow, 'totalStake')).to.equal(minStake);
    });

    it('that calls back finds every paying door shut', async () => {
      await bond();
      const doors = [
        escrow.interface.encodeFunctionData('topUp', [node.address, 1]),
        escrow.interface.encodeFunctionData('withdrawStake', [node.address]),
        escrow.interface.encodeFunctionData('withdrawCredit', [node.address]),
        escrow.interface.encodeFunctionData('fundRewards', [2n ** 31n, 1, 1]),
      ];
      const guard = escrow.interface.getError('ReentrancyGuardReentrantCall')?.selector;
      for (const door of doors) {
        await be(oddity.reenters, address, door);
        await world.send(escrow, node, 'topUp', [node.address, 1n]);
        expect(await world.read(odd, 'reason')).to.equal(guard);
      }
      expect(await world.read(escrow, 'totalStake')).to.equal(minStake + 4n);
    });

    it('that blocks one payee harms only that payee', async () => {
      await bond();
      const [deployer] = await world.connection.ethers.getSigners();
      await world.send(escrow, undefined, 'slash', [
        node.address,
        operator.address,
        0,
        await world.epoch(),
        deployer?.address,
      ]);
      await be(oddity.blocks, deployer?.address ?? ZeroAddress);
      await expect(world.send(escrow, undefined, 'withdrawCredit', [deployer?.address])).to.be.revertedWith('blocked');
      await world.send(escrow, undefined, 'withdrawCredit', [operator.address]);
      expect(await world.read(odd, 'balanceOf', operator.address)).to.equal(minStake / 250n);
    });
  });

  describe('privileges', () => {
    it('no stranger may do what is a role’s', async () => {
      node = await world.wallet(40);
      operator = await world.wallet(41);
      await world.bond(node, operator);
      const stranger = await world.wallet(42);
      const epoch = await world.epoch();
      const forbidden: readonly [string, readonly unknown[], string][] = [
        ['wire', [stranger.address], 'NotDeployer'],
        ['setOperator', [stranger.address, far, '0x'], 'NotNode'],
        ['setNodeInfo', [info], 'NotNode'],
        ['setMinRate', [1n], 'NotNode'],
        ['extendAvailability', [epoch + 100n], 'NotNode'],
        ['heartbeat', [1], 'NotOperator'],
        ['requestUnbond', [1n], 'NotNode'],
        ['cancelUnbond', [], 'NothingToWithdraw'],
        ['withdrawStake', [stranger.address], 'NothingToWithdraw'],
        ['withdrawCredit', [stranger.address], 'NothingToWithdraw'],
        ['skipRewards', [epoch], 'NotNode'],
        ['slash', [node.address, operator.address, 0, epoch, stranger.address], 'NotAdjudicator'],
        ['slash', [node.address, operator.address, 1, epoch, stranger.address], 'NotAdjudicator'],
        ['voidEpochs', [node.address, epoch, epoch], 'NotAdjudicator'],
      ];
      for (const [method, args, error] of forbidden) {
        await expect(world.send(world.escrow, stranger, method, args), method).to.be.revertedWithCustomError(
          matcher(world.escrow),
          error,
        );
      }
      await expect(world.send(world.escrow, undefined, 'wire', [stranger.address])).to.be.revertedWithCustomError(
        matcher(world.escrow),
        'AlreadyWired',
      );
    });

    it('the Adjudicator slashes and voids, and the operator may announce', async () => {
      const epoch = await world.epoch();
      await world.send(world.escrow, operator, 'setNodeInfo', [info]);
      await world.send(world.escrow, operator, 'setMinRate', [7n]);
      await world.send(world.escrow, operator, 'heartbeat', [8]);
      await world.adjudicate('voidEpochs', [node.address, epoch, epoch + 2n]);
      expect(await world.read(world.escrow, 'isActive', node.address, epoch + 2n)).to.equal(false);
      expect(await world.read(world.escrow, 'isActive', node.address, epoch + 3n)).to.equal(true);
      await world.adjudicate('slash', [node.address, operator.address, 0, epoch, ZeroAddress]);
      expect(await world.read(world.escrow, 'isBonded', node.address)).to.equal(false);
    });

    it('takes no ether, and no call that it does not know', async () => {
      const [deployer] = await world.connection.ethers.getSigners();
      for (const to of [world.deployment.escrow, world.deployment.policyManager, world.deployment.keyRegistry]) {
        await expect(deployer?.sendTransaction({ to, value: 1n })).to.be.revert(world.connection.ethers);
        await expect(deployer?.sendTransaction({ to, data: '0xdeadbeef' })).to.be.revert(world.connection.ethers);
      }
    });

    it('linked code cannot be used to write anything outside the escrow', async () => {
      const { ethers } = world.connection;
      const library = await ethers.deployContract('Penalties');
      const [deployer] = await ethers.getSigners();
      const data = world.escrow.interface.encodeFunctionData('voidEpochs', [node.address, 1, 2]);
      await expect(deployer?.sendTransaction({ to: await library.getAddress(), data })).to.be.revert(ethers);
    });
  });

  it('describes its domain (EIP-5267)', async () => {
    for (const contract of [world.escrow, world.manager, world.registry]) {
      const domain = await world.read<unknown[]>(contract, 'eip712Domain');
      expect([...domain].slice(0, 5)).to.deep.equal(['0x0f', 'Dintel', '1', 31337n, await contract.getAddress()]);
    }
  });

  it('a heartbeat costs the same after ten years of silence', async () => {
    node = await world.wallet(50);
    operator = await world.wallet(51);
    await world.bond(node, operator);
    const gas = async () => {
      const sent = await world.send(world.escrow, operator, 'heartbeat', [4]);
      return Number((await world.connection.ethers.provider.getTransactionReceipt(sent.hash))?.gasUsed);
    };
    const first = await gas();
    await world.skip(3_650 * 8);
    const later = await gas();
    expect(later).to.be.at.most(first + 20_000);
    await world.send(world.escrow, node, 'requestUnbond', [minStake]);
    await world.skip(3_650);
    await world.send(world.escrow, node, 'withdrawStake', [node.address]);
    expect(await world.read(world.token, 'balanceOf', node.address)).to.equal(minStake);
  });
});
