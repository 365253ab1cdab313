export { DintelError, ProtocolError } from '../protocol/errors.ts';
export { Keyring } from '../protocol/keys.ts';
export { Alice } from './alice/alice.ts';
export type { Extended, ExtendOptions } from './alice/extend.ts';
export { Grant, type GrantHost, type GrantNode, type GrantReceipt } from './alice/grant.ts';
export type { DrawRecord, GrantRecord, GrantState } from './alice/grantRecord.ts';
export type { GrantSummary, ReadGrantsOptions } from './alice/grants.ts';
export { Labels, type LabelsOptions } from './alice/labels.ts';
export type {
  AliceOptions,
  GrantManyOptions,
  GrantOptions,
  GrantOutcome,
  GrantQuote,
  QuoteOptions,
} from './alice/options.ts';
export type { ReceivedGrant, Receiver, Recipient } from './alice/recipient.ts';
export type { Revoked, RevokeOptions } from './alice/revoke.ts';
export type { LabelReceivers, ReceiversOptions, Regrant, RotatedLabel, RotateOptions } from './alice/rotate.ts';
export { bucketOf, drawOrder, samplerSeed } from './alice/sampler.ts';
export { type WrongAnswer, WrongAnswerError } from './bob/ask.ts';
export {
  Bob,
  type BobOptions,
  type ChallengeOptions,
  type RetrieveAllOptions,
  type Retrieved,
  type RetrievedItem,
  type RetrieveOptions,
} from './bob/bob.ts';
export type { ChallengeEnd, OpenChallenge } from './bob/challenge.ts';
export type { KeptAnswer } from './bob/evidence.ts';
export type { NodeReport, NodeState } from './bob/quorum.ts';
export type { Reported, ReportOptions } from './bob/report.ts';
export { reportAnswer } from './bob/reportAnswer.ts';
export { type NodeOutcome, RetrievalError } from './bob/retrievalError.ts';
export { type Author, type ReadOptions, RetrievedFile } from './bob/retrieved.ts';
export {
  type AnswerVerifier,
  type MessageEnd,
  serveVerifier,
  type VerifyJob,
  verifyAnswers,
  workerVerifier,
} from './bob/verifier.ts';
export type { CardOptions } from './card.ts';
export { type Clock, systemClock } from './clock.ts';
export { type EncryptOptions, Enrico } from './enrico/enrico.ts';
export type { FoundBy } from './inbox/found.ts';
export { Inbox, type InboxOptions, type ScanOptions } from './inbox/inbox.ts';
export type { InboxItem } from './inbox/judge.ts';
export { type Journal, MemoryJournal, SealedJournal } from './journal.ts';
export { contractsOf, Network } from './network.ts';
export { NodeClient, type NodeClientOptions } from './nodeClient.ts';
export { type Introduction, People, type PeopleOptions } from './people/people.ts';
export { type Person, type PersonKeys, wordsOf } from './people/person.ts';
export type { PinnedRecipient } from './people/pinned.ts';
export {
  keyHistory,
  lookupKeys,
  type PublishedKeys,
  type PublishOptions,
  publishKeys,
  type SignedRegistration,
  sendRegistration,
  signRegistration,
} from './people/registry.ts';
export type { OnProgress, ProgressEvent } from './progress.ts';
export {
  blobRange,
  bytesRange,
  heldFile,
  openSealedFile,
  type SealedFile,
  storedFile,
} from './sealedFile.ts';
