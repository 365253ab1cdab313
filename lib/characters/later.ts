/**
 * What Alice and Bob do with a grant that stands, and with a node that fails them; apart, so that a page which grants and retrieves need
 * not load it. One door for all, since every further one cuts the rest of the page into more pieces. Re-exports only.
 */
export { extendRecord } from './alice/extend.ts';
export { readGrants } from './alice/grants.ts';
export { receiptOf } from './alice/receipt.ts';
export { revokePolicy } from './alice/revoke.ts';
export { receiversOf, rotateLabel } from './alice/rotate.ts';
export { openChallenge } from './bob/challenge.ts';
export { KeptEvidence } from './bob/evidence.ts';
export { report } from './bob/report.ts';
export { mistakeIn } from './mistakes.ts';
