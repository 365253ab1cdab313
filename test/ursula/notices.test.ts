import { describe, expect, it } from 'vitest';
import { nodeInfoOf, type RevocationBody, recoverTyped, signTyped, verifyNodeInfo } from '../../lib/protocol/index.ts';
import { SecretKey } from '../../lib/umbral/index.ts';
import { makeWorld, t0, type World } from './world.ts';

const notice = (world: World, deadline: number, signer = world.owner): RevocationBody => ({
  domain: world.domain,
  policyId: world.policyId,
  deadline,
  signature: signTyped('Revocation', signer, world.domain, { policyId: world.policyId, deadline }),
});

describe('early notice of a revocation', () => {
  it('T-R04 tombstones the policy at once', async () => {
    const world = makeWorld();
    expect(await world.ursula.revoke(notice(world, t0 + 100))).toEqual({ state: 'tombstoned' });
    await expect(world.ursula.reencrypt(world.request())).rejects.toMatchObject({ code: 'E_REVOKED' });
    expect(await world.ursula.policy(world.policyId)).toMatchObject({ state: 'tombstoned' });
  });

  it('takes only the owner, in time, for a policy it knows', async () => {
    const world = makeWorld();
    const stranger = notice(world, t0 + 100, SecretKey.random());
    await expect(world.ursula.revoke(stranger)).rejects.toMatchObject({ code: 'E_SIGNATURE' });
    await expect(world.ursula.revoke(notice(world, t0 - 1))).rejects.toMatchObject({ code: 'E_CLOCK' });
    const elsewhere = { ...notice(world, t0 + 100), domain: { ...world.domain, policyManager: world.domain.escrow } };
    await expect(world.ursula.revoke(elsewhere)).rejects.toMatchObject({ code: 'E_DOMAIN' });
    await world.ursula.reencrypt(world.request());
    world.view.policies.clear();
    await expect(world.ursula.revoke(notice(world, t0 + 100))).rejects.toMatchObject({ code: 'E_POLICY' });
  });

  it('asks the chain for an owner that is a contract', async () => {
    const world = makeWorld();
    const asked: string[] = [];
    world.view.isContractSignature = async (...args: unknown[]) => {
      asked.push(String(args[0]));
      return true;
    };
    await world.ursula.revoke({ ...notice(world, t0 + 100), signature: new Uint8Array(200) });
    expect(asked).toEqual([world.policy.owner]);
  });
});

describe('info', () => {
  it('is signed by the operator, and not anew for every asker', () => {
    const world = makeWorld();
    const info = world.ursula.info();
    verifyNodeInfo({
      contracts: world.domain,
      info: nodeInfoOf(info),
      signature: info.signature,
      operators: world.keys.operator,
    });
    for (let i = 0; i < 100; i += 1) world.ursula.info();
    expect(world.used.operator).toBe(1);
    world.clock.ms += 10_000;
    world.setHead(t0 + 10);
    expect(world.ursula.info().issuedAt).toBe(t0 + 10);
    expect(world.used.operator).toBe(2);
    expect(recoverTyped('NodeInfo', world.domain, nodeInfoOf(world.ursula.info()), world.ursula.info().signature)).toBe(
      world.keys.operator,
    );
  });
});
