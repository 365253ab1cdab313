/** Forked books: what is not committed was never there. Properties against a plain Map. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Store } from '../../lib/testing/model/index.ts';

const key = fc.constantFrom('a', 'b', 'c');
const act = fc.oneof(
  fc.record({ name: fc.constant('set' as const), key, value: fc.nat(9) }),
  fc.record({ name: fc.constant('change' as const), key, value: fc.nat(9) }),
  fc.record({ name: fc.constant('delete' as const), key }),
);
type Act = { name: 'set' | 'change'; key: string; value: number } | { name: 'delete'; key: string };

/** The same act on a book of lists and on a map of lists. */
function perform(act: Act, book: ReturnType<Store['book']>, map: Map<string, number[]>): void {
  if (act.name === 'delete') {
    book.delete(act.key);
    map.delete(act.key);
  } else if (act.name === 'set') {
    book.set(act.key, [act.value]);
    map.set(act.key, [act.value]);
  } else {
    // A value that was read may be changed in place.
    (book.get(act.key) as number[] | undefined)?.push(act.value);
    map.get(act.key)?.push(act.value);
  }
}

describe('forks', () => {
  it('are as the base until they change, change nothing till they are committed, and then everything', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.array(act, { maxLength: 6 }), fc.boolean()), { maxLength: 5 }), (rounds) => {
        const base = new Store();
        let kept = new Map<string, number[]>();
        for (const [acts, commit] of rounds) {
          const fork = base.fork();
          const map = structuredClone(kept);
          for (const one of acts) perform(one, fork.book('lists'), map);
          expect(new Map(fork.book('lists'))).toEqual(map);
          expect([...fork.book('lists').keys()].sort()).toEqual([...map.keys()].sort());
          expect(new Map(base.book('lists'))).toEqual(kept);
          if (!commit) continue;
          fork.commit();
          kept = map;
          expect(new Map(base.book('lists'))).toEqual(kept);
        }
      }),
    );
  });
});
