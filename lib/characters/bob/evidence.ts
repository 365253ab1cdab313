/**
 * Wrong answers over their nodes' signatures, kept until they have convicted: a retrieval that met a liar may be over, and the page
 * closed, before anybody has coins at hand to report it.
 *
 * Owns: what is kept and its bytes. Owns not: what is evidence (`ask.ts`), reporting (`report.ts`), the seal (`journal.ts`).
 * Source: protocol.md sections 5.3 (a node is judged once for an epoch) and 6.
 *
 *   evidence/<adjudicator>/<node>-<epoch>
 *   CBOR [1, policyId, index, node, fragment, terms, epoch, request, capsule, cfrag, signature, fault]
 */
import { decodeCbor, encodeCbor } from '../../protocol/cbor.ts';
import { DintelError } from '../../protocol/errors.ts';
import type { SignedAnswer } from '../../protocol/evidence.ts';
import { addressIn, bytesOf, idIn, textOf, tupleOf, uintOf } from '../../protocol/fields.ts';
import { type Address, fromHex } from '../../protocol/hex.ts';
import type { Journal, SealedJournal } from '../journal.ts';
import { MemoryJournal } from '../journal.ts';

/** A wrong answer as it is kept: what `Bob.report` takes. */
export interface KeptAnswer extends SignedAnswer {
  /** Which check failed: `parse`, `fragment`, `cfrag.kfrag_signature`, `cfrag.reencryption`; `challenge` if it was answered on chain. */
  readonly fault: string;
}

export class KeptEvidence {
  readonly #journal: Journal;
  /** Of one deployment: what its Adjudicator cannot judge is none of its business. */
  readonly #prefix: string;
  /** One write after another: a journal is never asked for two values of one name at once. */
  #writes: Promise<unknown> = Promise.resolve();

  /** Without a journal it is kept as long as this lives. */
  constructor(journal: SealedJournal | undefined, adjudicator: Address) {
    this.#journal = journal ?? new MemoryJournal();
    this.#prefix = `evidence/${adjudicator.slice(2).toLowerCase()}/`;
  }

  /** Oldest epoch first. What is damaged is passed over. Throws what the journal throws. */
  async list(): Promise<readonly KeptAnswer[]> {
    const found: KeptAnswer[] = [];
    for (const name of await this.#journal.names(this.#prefix)) {
      try {
        const bytes = await this.#journal.get(name);
        if (bytes) found.push(decodeAnswer(bytes));
      } catch (error) {
        if (!(error instanceof DintelError)) throw error;
      }
    }
    return found.sort((a, b) => a.epoch - b.epoch);
  }

  /** The first of a node and epoch stays: more of them would convict nobody. Throws what the journal throws. */
  keep(answer: KeptAnswer): Promise<void> {
    return this.#inTurn(async () => {
      const name = this.#nameOf(answer);
      if ((await this.#journal.names(name)).includes(name)) return;
      await this.#journal.put(name, encodeAnswer(answer));
    });
  }

  /** It has convicted, or can convict no more. Throws what the journal throws. */
  forget(answer: SignedAnswer): Promise<void> {
    return this.#inTurn(() => this.#journal.delete(this.#nameOf(answer)));
  }

  #nameOf({ leaf, epoch }: SignedAnswer): string {
    return `${this.#prefix}${leaf.node.slice(2).toLowerCase()}-${epoch}`;
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    const done = this.#writes.then(act);
    this.#writes = done.catch(() => undefined);
    return done;
  }
}

function encodeAnswer({ policyId, leaf, epoch, request, capsule, cfrag, signature, fault }: KeptAnswer): Uint8Array {
  const place = [leaf.index, fromHex(leaf.node), fromHex(leaf.fragment), fromHex(leaf.terms)];
  return encodeCbor([1, fromHex(policyId), ...place, epoch, fromHex(request), capsule, cfrag, signature, fault]);
}

/** Our own bytes back. Throws E_FIELD and kin. */
function decodeAnswer(bytes: Uint8Array): KeptAnswer {
  const [version, policyId, index, node, fragment, terms, epoch, request, capsule, cfrag, signature, fault] = tupleOf(
    decodeCbor(bytes, 'evidence'),
    12,
    'evidence',
  );
  uintOf(version, 'evidence.version', 1, 1);
  return {
    policyId: idIn(policyId, 'evidence.policyId'),
    leaf: {
      index: uintOf(index, 'evidence.index', 255),
      node: addressIn(node, 'evidence.node'),
      fragment: idIn(fragment, 'evidence.fragment'),
      terms: idIn(terms, 'evidence.terms'),
    },
    epoch: uintOf(epoch, 'evidence.epoch', 2 ** 32 - 1),
    request: idIn(request, 'evidence.request'),
    capsule: bytesOf(capsule, 'evidence.capsule', 98),
    cfrag: bytesOf(cfrag, 'evidence.cfrag', 359),
    signature: bytesOf(signature, 'evidence.signature', 65),
    fault: textOf(fault, 'evidence.fault', 64),
  };
}
