/**
 * Somebody whom I know, as a recipient. Owns: the class that says that his keys are pinned and unchanged, apart from `people.ts`, which a
 * page that grants by cards need not load. Owns not: that check.
 */
import type { Address } from '../../protocol/hex.ts';
import type { PublicKey } from '../../umbral/keys.ts';
import type { Person } from './person.ts';

/** Keys that are pinned and unchanged, for one grant. Made by {@link People.recipient} only. */
export class PinnedRecipient {
  readonly #pinned = true;
  readonly person: Person;

  constructor(person: Person) {
    this.person = person;
  }

  get receivingKey(): PublicKey {
    return this.person.keys.receivingKey;
  }
  get verifyingKey(): PublicKey {
    return this.person.keys.verifyingKey;
  }
  get address(): Address | undefined {
    return this.person.address;
  }

  static is(value: unknown): value is PinnedRecipient {
    return typeof value === 'object' && value !== null && #pinned in value;
  }
}

/** Whether a value was made by `People.recipient`. */
export const isPinnedRecipient = (value: unknown): value is PinnedRecipient => PinnedRecipient.is(value);
