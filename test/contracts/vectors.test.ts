/**
 * The shared vectors, asked of Solidity: policy ids, deposits and their bounds, leaves, trees and proofs, typed digests.
 * lib/protocol writes them (test/vectors), so agreement here is agreement of both languages.
 */
import { expect } from 'chai';
import { TypedDataEncoder } from 'ethers';
import { network } from 'hardhat';
import type { NetworkConnection } from 'hardhat/types/network';
import { domainOf, fieldsOf, readVectors } from './support/typed.ts';
import type { Callable } from './support/world.ts';

interface Refusal {
  readonly name: string;
}
interface Tree {
  readonly shares: number;
  readonly depth: number;
  readonly leaves: readonly { index: number; node: string; fragment: string; terms: string; leaf: string }[];
  readonly root: string;
  readonly proofs: readonly (readonly string[])[];
}
interface LeafVectors {
  readonly trees: readonly Tree[];
  readonly refused: readonly (Refusal & {
    root: string;
    shares: number;
    index: number;
    leaf: string;
    proof: string[];
  })[];
}
interface Signed {
  readonly structure: string;
  readonly chainId: number;
  readonly verifyingContract: string;
  readonly message: Record<string, unknown>;
  readonly structHash: string;
  readonly digest: string;
  readonly signer: string;
  readonly signature: string;
  readonly r: string;
  readonly vs: string;
}
interface TypedVectors {
  readonly signed: readonly Signed[];
  readonly refused: readonly (Refusal & { digest: string; signer: string; signature: string })[];
}
interface PolicyVectors {
  readonly policyIds: readonly {
    chainId: number;
    policyManager: string;
    owner: string;
    salt: string;
    policyId: string;
  }[];
  readonly created: readonly {
    name: string;
    epochLength: number;
    now: number;
    expiresAt: number;
    rate: string;
    shares: number;
    start: number;
    end: number;
    deposit: string;
  }[];
  readonly refused: readonly {
    name: string;
    epochLength: number;
    now: number;
    expiresAt: number;
    rate?: string;
    shares?: number;
    error: string;
  }[];
  readonly extended: readonly {
    epochLength: number;
    policy: Billed;
    expiresAt: number;
    end: number;
    payment: string;
  }[];
  readonly revoked: readonly { policy: Billed; current: number; end: number; refund: string }[];
  readonly servable: readonly {
    createdAt: number;
    expiresAt: number;
    revoked: boolean;
    timestamp: number;
    servable: boolean;
  }[];
}
interface Billed {
  readonly start: number;
  readonly end: number;
  readonly expiresAt: number;
  readonly rate: string;
  readonly shares: number;
}

describe('shared vectors', () => {
  let connection: NetworkConnection;
  let harness: Callable;
  const ask = <T>(method: string, ...args: unknown[]) => harness.getFunction(method).staticCall(...args) as Promise<T>;

  before(async () => {
    connection = await network.create();
    harness = (await connection.ethers.deployContract('VectorHarness')) as unknown as Callable;
  });
  after(() => connection.close());

  it('leaves, roots and every proof', async () => {
    let proofs = 0;
    for (const tree of readVectors<LeafVectors>('leaf').trees) {
      expect(await ask('depth', tree.shares)).to.equal(tree.depth);
      for (const leaf of tree.leaves) {
        expect(await ask('leafHash', leaf)).to.equal(leaf.leaf);
        const proof = tree.proofs[leaf.index];
        expect(await ask('isUnder', leaf.leaf, leaf.index, proof, tree.shares, tree.root)).to.equal(true);
        proofs += 1;
        if (leaf.index % 9 !== 0) continue;
        for (let other = 0; other < 70; other += 1) {
          if (other === leaf.index) continue;
          expect(
            await ask('isUnder', leaf.leaf, other, proof, tree.shares, tree.root),
            `${leaf.index} at ${other}`,
          ).to.equal(false);
        }
      }
    }
    expect(proofs).to.equal(116);
  });

  it('proofs that must be refused', async () => {
    for (const one of readVectors<LeafVectors>('leaf').refused) {
      expect(await ask('isUnder', one.leaf, one.index, one.proof, one.shares, one.root), one.name).to.equal(false);
    }
  });

  it('struct hashes, digests and signers of every structure', async () => {
    const { signed } = readVectors<TypedVectors>('typed');
    for (const one of signed) {
      const args = fieldsOf(one.structure).map((field) => one.message[field.name]);
      expect(await ask(one.structure, ...args), one.structure).to.equal(one.structHash);
      const types = { [one.structure]: fieldsOf(one.structure) };
      expect(TypedDataEncoder.hash(domainOf(one.verifyingContract, one.chainId), types, one.message)).to.equal(
        one.digest,
      );
      expect((await ask<string>('recover', one.digest, one.signature)).toLowerCase()).to.equal(one.signer);
      expect((await ask<string>('recoverShort', one.digest, one.r, one.vs)).toLowerCase()).to.equal(one.signer);
    }
    expect(new Set(signed.map((one) => one.structure)).size).to.equal(12);
  });

  it('signatures that must be refused', async () => {
    const { refused } = readVectors<TypedVectors>('typed');
    for (const one of refused) {
      const recovered = await ask<string>('recover', one.digest, one.signature);
      expect(recovered.toLowerCase(), one.name).to.not.equal(one.signer);
    }
    expect(refused.length).to.be.greaterThan(100);
  });

  describe('policies', () => {
    const vectors = readVectors<PolicyVectors>('policy');

    /** A PolicyManager whose epochs have this length, without the rest of the world. */
    const managerOf = async (chain: NetworkConnection, epochLength: number) => {
      const epochs = await chain.ethers.deployContract('EpochStub', [epochLength, 2]);
      return (await chain.ethers.deployContract('PolicyManager', [await epochs.getAddress()])) as unknown as Callable;
    };

    it('ids, for other chains and addresses too', async () => {
      for (const one of vectors.policyIds) {
        const chain = await network.create({ override: { chainId: one.chainId } });
        const code = await chain.ethers.provider.getCode(await (await managerOf(chain, 30)).getAddress());
        await chain.networkHelpers.setCode(one.policyManager, code);
        const manager = await chain.ethers.getContractAt('PolicyManager', one.policyManager);
        expect(await manager.getFunction('policyIdOf')(one.owner, one.salt)).to.equal(one.policyId);
        await chain.close();
      }
    });

    it('deposit, start and end at every boundary', async () => {
      for (const one of vectors.created) {
        const chain = await network.create({ override: { initialDate: new Date((one.now - 1000) * 1000) } });
        const manager = await managerOf(chain, one.epochLength);
        await chain.networkHelpers.time.increaseTo(one.now);
        const [deposit, start, end] = await manager.getFunction('quote')(one.rate, one.shares, one.expiresAt);
        expect([deposit, start, end], one.name).to.deep.equal([
          BigInt(one.deposit),
          BigInt(one.start),
          BigInt(one.end),
        ]);
        await chain.close();
      }
    });

    it('terms that must be refused', async () => {
      for (const one of vectors.refused) {
        const chain = await network.create({ override: { initialDate: new Date((one.now - 1000) * 1000) } });
        const manager = await managerOf(chain, one.epochLength);
        await chain.networkHelpers.time.increaseTo(one.now);
        const quote = manager.getFunction('quote')(one.rate ?? 1, one.shares ?? 1, one.expiresAt);
        await expect(quote, one.name).to.be.revertedWithCustomError(manager as never, one.error);
        await chain.close();
      }
    });

    /** A chain at a second at which a policy was just created, by its first account. */
    const created = async (at: number, epochLength: number, terms: Pick<Billed, 'rate' | 'shares' | 'expiresAt'>) => {
      const chain = await network.create({ override: { initialDate: new Date((at - 500) * 1000) } });
      const manager = await managerOf(chain, epochLength);
      const [owner] = await chain.ethers.getSigners();
      const salt = `0x${'5a'.repeat(32)}`;
      const id: string = await manager.getFunction('policyIdOf')(owner?.address, salt);
      await chain.networkHelpers.time.increaseTo(at);
      const [value] = await manager.getFunction('quote')(terms.rate, terms.shares, terms.expiresAt);
      await chain.networkHelpers.time.setNextBlockTimestamp(at + 1);
      const note = { tag: `0x${'00'.repeat(32)}`, envelope: '0x' };
      await manager.getFunction('createPolicy')({ salt, root: salt, ...terms }, note, { value });
      return { chain, manager, id, sponsor: owner?.address };
    };
    const termsOf = ({ rate, shares, expiresAt }: Billed) => ({ rate, shares, expiresAt });

    it('extensions: the last billed epoch and its price', async () => {
      for (const one of vectors.extended) {
        const { start, end } = one.policy;
        const at = (start - 1) * one.epochLength;
        const { chain, manager, id } = await created(at, one.epochLength, termsOf(one.policy));
        const before = await manager.getFunction('policy')(id);
        expect([before.start, before.end]).to.deep.equal([BigInt(start), BigInt(end)]);
        const extend = (value: bigint) => manager.getFunction('extendPolicy')(id, one.expiresAt, 0, '0x', { value });
        const price = BigInt(one.payment);
        await expect(extend(price + 1n))
          .to.be.revertedWithCustomError(manager as never, 'WrongPayment')
          .withArgs(price, price + 1n);
        await extend(price);
        const after = await manager.getFunction('policy')(id);
        expect([after.end, after.expiresAt, after.left]).to.deep.equal([
          BigInt(one.end),
          BigInt(one.expiresAt),
          before.left + price,
        ]);
        await chain.close();
      }
    });

    it('revocations: what stays billed and what goes back', async () => {
      const epochLength = 86_400;
      for (const one of vectors.revoked) {
        const at = (one.policy.start - 1) * epochLength;
        const { chain, manager, id, sponsor } = await created(at, epochLength, termsOf(one.policy));
        await chain.networkHelpers.time.setNextBlockTimestamp(Math.max(at + 2, one.current * epochLength + 1));
        const revoke = manager.getFunction('revoke')(id, { gasLimit: 200_000 });
        if (one.current * epochLength < one.policy.expiresAt) await revoke;
        else await expect(revoke).to.be.revertedWithCustomError(manager as never, 'PolicyOver');
        expect((await manager.getFunction('policy')(id)).end).to.equal(BigInt(one.end));
        expect(await manager.getFunction('credit')(sponsor)).to.equal(BigInt(one.refund));
        await chain.close();
      }
    });

    it('what is servable when', async () => {
      for (const revoked of [false, true]) {
        // an epoch begins with the second of creation, since the contract keeps no more than that epoch
        const cases = vectors.servable.filter((one) => one.revoked === revoked);
        const { createdAt, expiresAt } = cases[0] as (typeof cases)[number];
        const { chain, manager, id } = await created(createdAt, createdAt, { rate: '1', shares: 1, expiresAt });
        if (revoked) await manager.getFunction('revoke')(id);
        for (const one of cases)
          expect(await manager.getFunction('isServable')(id, one.timestamp), `${one.timestamp}`).to.equal(one.servable);
        await chain.close();
      }
    });
  });
});
