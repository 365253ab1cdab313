/**
 * Adjudicator over evidenceVerdict.ts: commits and convictions. Challenges of silence are not played.
 * Source: contracts/Adjudicator.sol, spec/protocol.md sections 5.3 and 6.
 */
import { type Address, adjudicatorAbi, type Hex } from '../../chain/index.ts';
import {
  type CFragVerdict,
  cfragVerdicts,
  commitHash,
  type Evidence,
  expandSignature,
  fromHex,
  judgeEvidence,
  leafHash,
  receiptOf,
  recoverTyped,
  zeroAddress,
  zeroHash,
} from '../../protocol/index.ts';
import { need, Purse, Refused } from '../model/index.ts';
import { type Act, type Contract, notPlayed, type Plays, payOut, type World } from './contract.ts';
import { slash } from './minerEscrow.ts';

const minBondWei = 2n * 10n ** 15n;

interface RawEvidence extends Omit<Evidence, 'capsule' | 'cfrag' | 'epoch' | 'leaf'> {
  readonly capsule: Hex;
  readonly cfrag: Hex;
  readonly epoch: bigint;
  readonly leaf: Omit<Evidence['leaf'], 'index'> & { readonly index: bigint };
}

/** The struct as protocol/evidence.ts has it. */
function evidenceOf(raw: RawEvidence): Evidence {
  return {
    ...raw,
    leaf: { ...raw.leaf, index: Number(raw.leaf.index) },
    epoch: Number(raw.epoch),
    capsule: fromHex(raw.capsule),
    cfrag: fromHex(raw.cfrag),
  };
}

/** What each parameter name stands for. */
interface Parameters {
  readonly evidence: RawEvidence;
  readonly hash: Hex;
  readonly salt: Hex;
  readonly who: Address;
  readonly to: Address;
}

export function adjudicatorContract(world: World): Contract {
  const { deployment, rules } = world.genesis;
  const { escrow } = world;
  const commits = world.store.book<bigint>('commits');
  const credit = new Purse(world.store.book('credit of bonds'));

  const judge = (evidence: Evidence): CFragVerdict => {
    need(evidence.capsule.length === 98 && evidence.cfrag.length === 359, 'BadEncoding');
    const judgement = judgeEvidence(evidence, {
      contracts: deployment,
      currentEpoch: escrow.epoch,
      evidenceEpochs: rules.evidenceWindow,
      operatorValid: (node, signer, epoch) => escrow.operatorValid(node, signer, epoch),
    });
    if ('refused' in judgement) throw new Refused(judgement.refused);
    return judgement.verdict;
  };

  /** The sender, if he announced this evidence in an earlier block. */
  const reporterOf = (act: Act, evidence: Evidence, salt: Hex): Address | undefined => {
    if (salt === zeroHash) return undefined;
    const hash = commitHash(evidence, act.sender, salt);
    const since = commits.get(hash);
    if (since === undefined || since >= world.blockNumber) return undefined;
    commits.delete(hash);
    return act.sender;
  };

  const unplayed = (name: string) => () => {
    throw notPlayed(name);
  };

  const functions: Plays<Parameters> = {
    escrow: () => deployment.escrow,
    policyManager: () => deployment.policyManager,
    evaluate: ({ evidence }) => cfragVerdicts.indexOf(judge(evidenceOf(evidence))),
    committedAt: ({ hash }) => commits.get(hash) ?? 0n,
    commit: ({ hash }, act) => {
      if (commits.has(hash)) return;
      commits.set(hash, world.blockNumber);
      act.emit('Committed', { hash });
    },
    convict: (args, act) => {
      const evidence = evidenceOf(args.evidence);
      const verdict = judge(evidence);
      need(verdict !== 'Correct', 'CFragCorrect');
      const { leaf, epoch, policyId, r, vs } = evidence;
      const receipt = receiptOf({ ...evidence, leaf: leafHash(leaf) });
      const operator = recoverTyped('Receipt', deployment, receipt, expandSignature({ r, vs }));
      const reporter = reporterOf(act, evidence, args.salt);
      const penalty = slash(world, act, { node: leaf.node, operator, kind: 'correctness', epoch, reporter });
      act.emit('Convicted', {
        node: leaf.node,
        policyId,
        leaf: leafHash(leaf),
        verdict: cfragVerdicts.indexOf(verdict),
        epoch,
        penalty,
        reporter: reporter ?? zeroAddress,
      });
      return penalty;
    },
    openChallenge: unplayed('openChallenge'),
    answer: unplayed('answer'),
    excuse: unplayed('excuse'),
    timeout: unplayed('timeout'),
    challengeOf: () => ({
      challenger: zeroAddress,
      deadline: 0,
      epoch: 0,
      bond: 0n,
      node: zeroAddress,
      leaf: zeroHash,
      capsule: zeroHash,
    }),
    challengeWindow: () => Math.floor(rules.epochLength / 2),
    bondNow: () => minBondWei,
    credit: ({ who }) => credit.of(who),
    withdraw: ({ to }, act) => {
      const amount = credit.empty(act.sender);
      act.emit('Withdrawn', { who: act.sender, to, amount });
      payOut(world, deployment.adjudicator, to, amount);
    },
  };
  return { address: deployment.adjudicator, abi: adjudicatorAbi, functions };
}
