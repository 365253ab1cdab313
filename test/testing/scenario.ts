/** One scenario for any chain: what the contracts say to good and bad acts. Not a test by itself. */
import {
  type Address,
  type Chain,
  ChainError,
  type Deployment,
  type Hex,
  KeyRegistry,
  MinerEscrow,
  noNote,
  PolicyManager,
  type PolicyTerms,
  type SentTransaction,
  Token,
} from 'dintel/chain';
import { fromHex, leafHash, leafTree, walletTypedData, zeroHash } from 'dintel/protocol';

/** A chain with the contracts on it and two accounts with coins. */
export interface Stage {
  readonly deployment: Deployment;
  readonly alice: Chain;
  readonly sponsor: Chain;
  /** Lets time pass until the next epoch has just begun, then that many more. */
  epochs(count: number): Promise<void>;
}

const salt = (byte: number): Hex => `0x${byte.toString(16).padStart(2, '0').repeat(32)}`;
const somebody: Address = `0x${'51'.repeat(20)}`;

/** Outcomes in order: what was refused by which name, or what came of it. */
export async function playScenario(stage: Stage): Promise<readonly (readonly [string, unknown])[]> {
  const { deployment, alice, sponsor } = stage;
  const told: [string, unknown][] = [];
  const tell = async (what: string, outcome: () => Promise<unknown>) => {
    try {
      told.push([what, await outcome()]);
    } catch (error) {
      if (!(error instanceof ChainError)) throw error;
      told.push([what, error.revert === undefined ? error.code : `refused: ${error.revert.name}`]);
    }
  };
  const manager = new PolicyManager(alice, deployment.policyManager);
  const byOther = new PolicyManager(sponsor, deployment.policyManager);
  const escrow = new MinerEscrow(alice, deployment.escrow);
  const eventsOf = async (sent: Promise<SentTransaction>) => {
    const { logs } = await (await sent).wait();
    return logs.map((log) => manager.decode(log).event);
  };
  await stage.epochs(0);
  const epochLength = await manager.epochLength();
  /** The middle of the epoch that many after this one: wherever in it a block falls, the price is the same. */
  const middle = async (epochs: number) => {
    const now = Number((await alice.block('latest'))?.timestamp);
    return (Math.floor(now / epochLength) + epochs) * epochLength + Math.floor(epochLength / 2);
  };

  const leaf = { index: 1, node: somebody, fragment: salt(7), terms: salt(8) };
  const other = { ...leaf, index: 0, node: alice.account };
  const tree = leafTree([leafHash(other), leafHash(leaf)]);
  const expiresAt = await middle(6);
  const terms: PolicyTerms = { salt: salt(1), root: tree.root, shares: 2, rate: 10n, expiresAt };
  const { deposit, start, end } = await manager.quote(terms.rate, terms.shares, terms.expiresAt);
  const policyId = await manager.policyIdOf(alice.account, terms.salt);
  const create = (change: Partial<PolicyTerms>, valueWei: bigint) =>
    eventsOf(manager.createPolicy({ terms: { ...terms, ...change }, valueWei }));

  await tell('price', async () => [deposit, end - start]);
  await tell('no payment', () => create({}, 0n));
  await tell('no rate', () => create({ rate: 0n }, 0n));
  await tell('no shares', () => create({ shares: 0 }, 0n));
  await tell('too many shares', () => create({ shares: 65 }, 0n));
  await tell('no end', () => create({ expiresAt: 1 }, 0n));
  await tell('no such long time', () => create({ expiresAt: expiresAt + 2_000 * epochLength }, 0n));
  await tell('unknown policy', async () => [await manager.policy(policyId), await manager.sponsorOf(policyId)]);
  await tell('created, an epoch more than owed', () => create({}, deposit + 20n));
  await tell('surplus', () => manager.credit(alice.account));
  await tell('again', () => create({}, deposit));
  await tell('servable', async () => [
    await manager.isServable(policyId, expiresAt - 1),
    await manager.isServable(policyId, expiresAt),
  ]);
  await tell('a note too long', () =>
    eventsOf(manager.notify(policyId, { tag: zeroHash, envelope: new Uint8Array(513) })),
  );
  await tell('a note', () => eventsOf(manager.notify(policyId, { tag: salt(3), envelope: new Uint8Array(3) })));
  await tell("somebody else's note", () => eventsOf(byOther.notify(policyId, noNote)));
  await tell('logs by owner', async () => {
    const range = { fromBlock: BigInt(deployment.deployedBlock), toBlock: (await alice.block('latest'))?.number ?? 0n };
    const found = await manager.events({ event: 'PolicyCreated', indexed: { owner: alice.account }, range });
    const none = await manager.events({ event: 'PolicyCreated', indexed: { owner: somebody }, range });
    return [found.length, found[0]?.event === 'PolicyCreated' && found[0].args.rate, none.length];
  });
  await tell('a column that is not indexed', () =>
    manager.events({ event: 'PolicyCreated', indexed: { rate: 1n }, range: { fromBlock: 0n, toBlock: 1n } }),
  );
  await tell('revoked by another', () => eventsOf(byOther.revoke(policyId)));
  await tell('shortened', () => eventsOf(manager.extendPolicy({ id: policyId, expiresAt, valueWei: 0n })));
  await tell('extended for nothing', () =>
    eventsOf(manager.extendPolicy({ id: policyId, expiresAt: expiresAt + epochLength, valueWei: 0n })),
  );
  await tell('extended by another', () =>
    eventsOf(byOther.extendPolicy({ id: policyId, expiresAt: expiresAt + epochLength, valueWei: 20n })),
  );
  await tell('extended', () =>
    eventsOf(manager.extendPolicy({ id: policyId, expiresAt: expiresAt + epochLength, valueWei: 20n })),
  );
  await tell('settled too early', () => eventsOf(manager.settle(policyId, leaf, tree.proof(1))));
  await tell('settled with a false proof', () => eventsOf(manager.settle(policyId, leaf, tree.proof(0))));
  await stage.epochs(5);
  await tell('due', async () => {
    const { paid, refunded } = await manager.previewSettle(policyId, leaf);
    return [paid, refunded];
  });
  await tell('settled', () => eventsOf(manager.settle(policyId, leaf, tree.proof(1))));
  await tell('settled twice', () => eventsOf(manager.settle(policyId, leaf, tree.proof(1))));
  await tell('epochs settled', async () => [
    await manager.settledEpochs(policyId, 1),
    await manager.settledEpochs(policyId, 0),
  ]);
  await tell('closed', () => eventsOf(manager.close(policyId)));
  await tell('revoked', () => eventsOf(manager.revoke(policyId)));
  await tell('revoked twice', () => eventsOf(manager.revoke(policyId)));
  await tell('after all', async () => {
    const policy = await manager.policy(policyId);
    return [policy?.revoked, policy?.left, policy && policy.end - policy.start, policy?.shares, policy?.sponsored];
  });
  await tell('credit', () => manager.credit(alice.account));
  await tell('withdrawn', () => eventsOf(manager.withdraw(somebody)));
  await tell('withdrawn twice', () => eventsOf(manager.withdraw(somebody)));
  await tell('coins', () => alice.balance(somebody));

  const later = await middle(3);
  const consent = {
    owner: alice.account,
    sponsor: sponsor.account,
    ...terms,
    salt: salt(2),
    expiresAt: later,
    deadline: later,
  };
  const signature = fromHex(await alice.signTypedData(walletTypedData('PolicyFor', deployment, consent)));
  const price = (await manager.quote(10n, 2, later)).deposit;
  const sponsored = (bytes: Uint8Array, deadline: number) =>
    eventsOf(
      byOther.createPolicyFor({
        terms: { ...terms, salt: salt(2), expiresAt: later },
        owner: alice.account,
        deadline,
        signature: bytes,
        valueWei: price,
      }),
    );
  await tell('sponsored too late', () => sponsored(signature, 1));
  await tell('sponsored without consent', () => sponsored(new Uint8Array(65), later));
  await tell('sponsored', () => sponsored(signature, later));
  const second = await manager.policyIdOf(alice.account, salt(2));
  await tell('whose', async () => [
    (await manager.sponsorOf(second)) === sponsor.account,
    (await manager.policy(second))?.sponsored,
  ]);
  const revocation = { policyId: second, deadline: later };
  const word = fromHex(await alice.signTypedData(walletTypedData('Revocation', deployment, revocation)));
  await tell('revoked without a word', () =>
    eventsOf(byOther.revokeBySig({ id: second, deadline: later, signature: new Uint8Array(65) })),
  );
  await tell('revoked by a word', () =>
    eventsOf(byOther.revokeBySig({ id: second, deadline: later, signature: word })),
  );

  const many = [3, 4].map((byte) => ({ ...terms, salt: salt(byte), expiresAt: later }));
  const both = 2n * (await manager.quote(10n, 2, later)).deposit;
  await tell('many without notes', () => eventsOf(manager.createPolicies({ terms: many, notes: [], valueWei: both })));
  await tell('many for less', () =>
    eventsOf(manager.createPolicies({ terms: many, notes: [noNote, noNote], valueWei: both - 1n })),
  );
  await tell('none of them', async () => [await manager.policy(await manager.policyIdOf(alice.account, salt(3)))]);
  await tell('many', () => eventsOf(manager.createPolicies({ terms: many, notes: [noNote, noNote], valueWei: both })));

  const keys = new KeyRegistry(alice, deployment.keyRegistry);
  await tell('no keys', () => keys.keysOf(alice.account));
  const pair = { rx: 1n, ry: 2n, vx: 3n, vy: 4n, rr: salt(1), rvs: salt(2), vr: salt(3), vvs: salt(4) };
  await tell('keys of nobody', () => keys.register(pair, 1));
  await tell('a second version first', () => keys.register(pair, 2));
  await tell('one key twice', () => keys.register({ ...pair, vx: 1n }, 1));

  await tell('a stranger beats', () => escrow.heartbeat(1));
  await tell('no node leaves', () => escrow.requestUnbond(1n));
  await tell('no node waits', () => escrow.cancelUnbond());
  await tell('no node is paid', () => escrow.withdrawCredit(alice.account));
  await tell('no node lives longer', () => escrow.extendAvailability(2 ** 31));
  await tell('tokens that nobody has', () => new Token(sponsor, deployment.token).transfer(alice.account, 10n ** 30n));
  await tell('an empty address', () => new PolicyManager(alice, somebody).credit(alice.account));
  await tell('a misfit', () => alice.call({ ...manager.request('credit', ['0x12']) }));
  await tell('an unknown function', () => alice.call({ ...manager.request('steal', []) }));
  return told;
}
