/** A retrieval that did not come off, and whose doing that is. Owns: the error. Owns not: the judgement (`engine.ts`). */
import { DintelError, type ErrorDetails } from '../../protocol/errors.ts';
import type { Address } from '../../protocol/hex.ts';
import type { WrongAnswer } from './ask.ts';
import type { NodeReport } from './quorum.ts';

/** One node's part, named by its address. */
export type NodeOutcome = NodeReport<Address>;

/** Every node's reason. `code`: what the chain says (revoked, expired), ABORTED, else THRESHOLD_NOT_MET. */
export class RetrievalError extends DintelError {
  override readonly name = 'RetrievalError';
  readonly have: number;
  readonly need: number;
  readonly nodes: readonly NodeOutcome[];
  readonly evidence: readonly WrongAnswer[];

  constructor(
    code: 'THRESHOLD_NOT_MET' | 'POLICY_REVOKED' | 'POLICY_EXPIRED' | 'ABORTED',
    about: {
      have: number;
      need: number;
      nodes: readonly NodeOutcome[];
      evidence: readonly WrongAnswer[];
    } & ErrorDetails,
  ) {
    super(code, about);
    this.have = about.have;
    this.need = about.need;
    this.nodes = about.nodes;
    this.evidence = about.evidence;
  }

  /** No answer came: not there, or too slow. */
  get unreachable(): readonly NodeOutcome[] {
    return this.nodes.filter(({ state }) => state === 'silent');
  }
  /** They said no; `code` is their word. */
  get refused(): readonly NodeOutcome[] {
    return this.nodes.filter(({ state }) => state === 'refused');
  }
  /** They signed a wrong answer: `evidence` can be reported. */
  get lying(): readonly NodeOutcome[] {
    return this.nodes.filter(({ state }) => state === 'bad');
  }
}
