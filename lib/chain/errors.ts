/**
 * What goes wrong between us and a chain, as one error class with a code per cause (`chainCodes` in protocol/codes.ts).
 *
 * Owns: `ChainError`, and a sentence for people for each custom error of our contracts.
 * Owns not: how an adapter recognises a cause (`adapter.ts`). Source: protocol.md section 5 (the contracts' errors).
 */
import type { ChainCode } from '../protocol/codes.ts';
import { DintelError, type ErrorDetails } from '../protocol/errors.ts';
import type { Hex } from './chain.ts';

/** A contract's refusal: the name of its custom error and its arguments by name, or `undefined` name if it gave none. */
export interface Revert {
  readonly name: string | undefined;
  readonly args: Readonly<Record<string, unknown>>;
  readonly data: Hex;
}

/** What every method of `Chain` throws. The sentence is for people, `code` and `revert` for programs. */
export class ChainError extends DintelError {
  override readonly name = 'ChainError';
  declare readonly code: ChainCode;
  readonly revert: Revert | undefined;
  /** The transaction this is about, once there is one. */
  readonly transactionHash: Hex | undefined;

  constructor(
    code: ChainCode,
    details: string | undefined,
    options: Omit<ErrorDetails, 'details'> & { revert?: Revert; transactionHash?: Hex } = {},
  ) {
    const { revert, transactionHash, ...about } = options;
    super(code, { ...about, details });
    this.revert = revert;
    this.transactionHash = transactionHash;
  }
}

/** An option of an adapter that is not what it should be. */
export const configError = ({ details, ...about }: ErrorDetails): ChainError =>
  new ChainError('chain.config', details, about);

/** Is this the refusal of a contract, and (if named) this very one? */
export function isRevert(error: unknown, name?: string): error is ChainError & { readonly revert: Revert } {
  return (
    error instanceof ChainError && error.revert !== undefined && (name === undefined || error.revert.name === name)
  );
}

/** A sentence for people: what the contract objects to and what would help. Falls back to the bare name. */
export function revertSentence(revert: Revert): string {
  if (revert.name === undefined) return 'The contract refused without giving a reason.';
  const sentence = sentences[revert.name];
  const values = Object.entries(revert.args).map(([key, value]) => `${key} ${String(value)}`);
  const suffix = values.length === 0 ? '' : ` (${values.join(', ')})`;
  if (revert.name === 'Error') return `The contract refused: ${String(revert.args.message ?? '')}.`;
  return sentence === undefined ? `The contract refused: ${revert.name}${suffix}.` : `${sentence}${suffix}.`;
}

/** Is there a sentence for this custom error? A test asks for each error of the generated ABIs. */
export function hasSentence(name: string): boolean {
  return Object.hasOwn(sentences, name);
}

const sentences: Readonly<Record<string, string>> = {
  // MinerEscrow
  NotWired: 'This deployment is not finished: the escrow does not know its adjudicator yet',
  AlreadyWired: 'The escrow was wired to its adjudicator already',
  ZeroAmount: 'The amount is zero',
  StakeTooSmall: 'The stake would be below the minimum',
  StakeCapReached: 'The network cannot take that much stake',
  OperatorTaken: 'This operator key serves or has served a node already; make a new one',
  NotOperator: 'This key is not the operator of that node in that epoch',
  NotNode: 'No node is bonded at this address',
  NotAdjudicator: 'Only the adjudicator may do this',
  NotDeployer: 'Only the account that deployed the contract may do this',
  AvailabilityNotMonotone: 'Availability can be extended but not shortened',
  BadLease: 'A heartbeat covers one to eight epochs, starting with the next one',
  Jail: 'The node is jailed; top up its stake to the minimum first',
  Exiting: 'The node is leaving; cancel the unbonding first',
  UnbondPending: 'An unbonding is under way already; cancel it or wait for it',
  StillLocked: 'The stake is still locked',
  InsufficientStake: 'There is not that much stake',
  AlreadyJudged: 'The node was judged for this kind of offence in this epoch already',
  NothingToSlash: 'There is no stake left to slash',
  NothingToClaim: 'There is nothing to claim yet',
  NothingToWithdraw: 'There is nothing to withdraw',
  NotRecyclable: 'This reward period cannot be recycled yet',
  PeriodStarted: 'This reward period has started; fund a later one',
  UrlTooLong: 'The URL of a node has at most 255 bytes',
  BadInfo: 'The node information is malformed: encrypting key of 33 bytes, peer id of at most 64',
  BadRules: 'The contract cannot be deployed with these constants',
  AlreadyBonded: 'This address is a node already; top up its stake instead',
  AvailabilityTooFar: 'A node promises at most 4,096 epochs ahead',
  TooManyPeriods: 'At most 32 reward periods can be funded at once',
  ExpiredSignature: 'The signature has expired; sign again',
  BadSignature: 'The signature does not belong to the account that had to sign',
  UnexpectedTransferAmount: 'The token moved another amount than asked; only plain ERC-20 tokens can be staked',
  NotBonded: 'The node has no stake bonded',
  // PolicyManager
  PolicyExists: 'A policy with this owner and salt exists already',
  NoSuchPolicy: 'There is no such policy',
  NoNodes: 'A policy needs at least one share',
  TooManyNodes: 'A policy has at most 64 shares',
  TooManyPolicies: 'At most 32 policies can be created at once',
  RateZero: 'The rate must be more than zero',
  EndInPast: 'The policy would end before it begins',
  DurationTooLong: 'A policy lasts at most 1,024 epochs',
  WrongPayment: 'The payment is not the deposit',
  NotOwner: 'Only the owner of the policy may do this',
  NotSponsor: 'Only the sponsor of the policy may do this',
  AlreadyRevoked: 'The policy was revoked already',
  PolicyOver: 'The policy is over: revoked or expired',
  NotLater: 'The new end must be later than the present one',
  BadLeafProof: 'The leaf is not part of this policy',
  NothingToSettle: 'No finished epoch is left to settle for this leaf',
  NotClosable: 'The policy cannot be closed yet',
  NoteTooLong: 'The envelope of a notice has at most 512 bytes',
  LengthMismatch: 'The lists are not of equal length',
  WithdrawFailed: 'The receiver refused the payment',
  // Adjudicator
  BadWiring: 'The contracts of this deployment do not belong together',
  BadEncoding: 'The evidence or answer is not canonically encoded',
  EvidenceExpired: 'The signed answer is too old to count',
  EvidenceTooEarly: 'The signed answer names an epoch that has not come yet',
  BadCapsule: 'The capsule of the evidence is invalid, so the node is not to blame',
  BadHint: 'A coordinate given with the points is wrong, so nothing is proven',
  CFragCorrect: 'The node answered correctly',
  NotServable: 'The policy is not in force',
  TooLate: 'The challenge would not end before the policy or the acknowledgement',
  BadTerms: 'The terms do not match the leaf',
  BadAck: 'The acknowledgement does not cover this policy',
  BadRequest: 'The request is not one that the reader of this leaf signed',
  Conditional: 'A leaf with conditions cannot be challenged for silence',
  NodeIdle: 'The node did not commit to this epoch',
  ChallengePending: 'A challenge of this leaf is open already',
  BondTooSmall: 'The bond is too small',
  NoChallenge: 'There is no open challenge',
  WindowOpen: 'The time to answer is not over',
  WindowClosed: 'The time to answer is over',
  NotExcused: 'The policy was not revoked inside the window',
  Excused: 'The policy was revoked inside the window, so the node is excused',
  // KeyRegistry
  BadPossession: 'The keys did not sign for this owner and version',
  BadVersion: 'The next version of the keys is expected',
  SameKeys: 'The receiving and the verifying key must differ',
  // OpenZeppelin and the language itself
  ERC20InsufficientBalance: 'The account has not enough tokens',
  ERC20InsufficientAllowance: 'The allowance is too small; approve the tokens first',
  ERC20InvalidSender: 'Tokens cannot come from this address',
  ERC20InvalidReceiver: 'Tokens cannot go to this address',
  ERC20InvalidApprover: 'This address cannot approve',
  ERC20InvalidSpender: 'This address cannot be approved',
  ERC2612ExpiredSignature: 'The permit has expired; sign again',
  ERC2612InvalidSigner: 'The permit was signed by another account',
  InvalidAccountNonce: 'The signature was used already or is out of order',
  ECDSAInvalidSignature: 'The signature is malformed',
  ECDSAInvalidSignatureLength: 'The signature has the wrong length',
  ECDSAInvalidSignatureS: 'The signature has a high s',
  ReentrancyGuardReentrantCall: 'The contract was called again from inside itself',
  SafeERC20FailedOperation: 'The token refused the transfer',
  SafeCastOverflowedUintDowncast: 'A number is too large for the contract',
  InvalidShortString: 'A name of the contract is malformed',
  StringTooLong: 'A text is too long for the contract',
  Error: 'The contract refused',
  Panic: 'The contract met an impossible state',
};
