import { scryptSync } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryVaultStore, type NewSlot, scryptStretch, type Unlock, Vault } from '../../lib/keys/index.ts';
import { toHex } from '../../lib/protocol/hex.ts';
import { handClock, newVault, password, quickStretch, refusal } from './support.ts';

const filled = (byte: number, length = 32): Uint8Array => new Uint8Array(length).fill(byte);
const passkey = (byte: number) => ({ type: 'passkey', id: `0${byte}`, secret: filled(byte) }) as const;
const wallet = (byte: number) =>
  ({ type: 'wallet', id: `${'0'.repeat(39)}${byte}`, secret: filled(byte, 64) }) as const;
const salted = (key: ReturnType<typeof passkey> | ReturnType<typeof wallet>): NewSlot => ({
  ...key,
  salt: filled(key.secret[0] as number),
});
const reader = (vault: Vault): string => toHex(vault.keyring().verifying().publicKey.toBytes());
const opened = (store: MemoryVaultStore) => Vault.open({ store, stretch: quickStretch });

describe('a vault', () => {
  it('opens by each of its slots, and gives the same keys by each', async () => {
    const store = new MemoryVaultStore();
    const slots: NewSlot[] = [
      { type: 'password', password },
      salted(passkey(1)),
      salted(passkey(2)),
      salted(wallet(3)),
      { type: 'phrase' },
    ];
    const made = await newVault(slots, { store });
    const expected = reader(made);
    const ways: Unlock[] = [
      { type: 'password', password },
      passkey(1),
      passkey(2),
      wallet(3),
      { type: 'phrase', phrase: made.phrase() },
    ];
    for (const way of ways) {
      const vault = await opened(store);
      expect(vault.isLocked).toBe(true);
      await vault.unlock(way);
      expect(reader(vault)).toBe(expected);
    }
    expect(made.slots.map(({ type }) => type)).toEqual(['password', 'passkey', 'passkey', 'wallet', 'phrase']);
  });

  it('has one answer to every wrong key, and stays as it was', async () => {
    const slots = [{ type: 'password', password }, salted(passkey(1)), salted(wallet(3)), { type: 'phrase' }] as const;
    const vault = await newVault(slots);
    const stranger = await newVault();
    const wrong: Unlock[] = [
      { type: 'password', password: 'another password' },
      { ...passkey(1), secret: filled(2) },
      passkey(2),
      { ...wallet(3), type: 'passkey' },
      wallet(1),
      { type: 'phrase', phrase: stranger.phrase() },
    ];
    const texts = new Set<string>();
    for (const way of wrong) {
      const error = await vault.unlock(way).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: 'E_PASSWORD' });
      texts.add((error as Error).message);
    }
    expect(texts.size).toBe(1);
    expect(vault.isLocked).toBe(false);
  });

  it('is the same for a password typed in another Unicode form, and stretches by RFC 7914', async () => {
    const store = new MemoryVaultStore();
    await newVault([{ type: 'password', password: 'contraseña única' }], { store });
    const vault = await opened(store);
    await vault.unlock({ type: 'password', password: 'contrasen\u0303a u\u0301nica' });
    expect(vault.isLocked).toBe(false);
    const facts = { name: 'scrypt', n: 2 ** 14, r: 8, p: 1, salt: 'ab'.repeat(32) } as const;
    const word = new TextEncoder().encode(password);
    const native = scryptSync(word, Uint8Array.from(filled(0xab)), 32, { N: 2 ** 14, r: 8, p: 1 });
    expect(toHex(await scryptStretch(word, facts))).toBe(toHex(new Uint8Array(native)));
  });

  it('locks by hand and by time, also when the machine slept through it, and takes its keyrings back', async () => {
    const clock = handClock();
    const vault = await newVault(undefined, { clock, idleMs: 60_000 });
    let locks = 0;
    const end = vault.onLock(() => locks++);
    const keyring = vault.keyring();
    vault.lock();
    expect([vault.isLocked, locks]).toEqual([true, 1]);
    expect(() => keyring.verifying()).toThrow(/KEY_LOCKED/);
    expect(() => vault.keyring()).toThrow(/KEY_LOCKED/);

    await vault.unlock({ type: 'password', password });
    clock.pass(50_000);
    vault.touch();
    clock.pass(50_000);
    // To look at it is no use of it.
    expect([vault.isLocked, vault.rootVersions.length]).toEqual([false, 1]);
    clock.pass(10_000);
    expect([vault.isLocked, locks]).toEqual([true, 2]);

    await vault.unlock({ type: 'password', password });
    clock.sleepThrough(60_000);
    expect(() => vault.keyring()).toThrow(/KEY_LOCKED/);
    expect(locks).toBe(3);
    end();
    await vault.unlock({ type: 'password', password });
    vault.lock();
    expect(locks).toBe(3);
  });

  it('gains and loses slots: a slot that is gone opens nothing written since, the others need no new key', async () => {
    const store = new MemoryVaultStore();
    const vault = await newVault([{ type: 'password', password }], { store });
    const before = vault.export();
    const added = await vault.addSlot(salted(passkey(1)));
    await vault.addSlot(salted(wallet(3)));
    expect(await refusal(() => vault.addSlot(salted(passkey(1))))).toBe('E_SLOT');
    const withPassword = vault.slots[0]?.id as string;
    await vault.removeSlot(withPassword);
    expect(await refusal(() => vault.removeSlot(withPassword))).toBe('E_SLOT');
    expect(await refusal(() => vault.unlock({ type: 'password', password }))).toBe('E_PASSWORD');
    await vault.unlock(passkey(1));
    await vault.removeSlot(added.id);
    expect(await refusal(() => vault.removeSlot(vault.slots[0]?.id as string))).toBe('E_SLOT');
    // A slot of the old file grafted onto the new one wraps another box key.
    const fresh = JSON.parse(new TextDecoder().decode(vault.export()));
    const old = JSON.parse(new TextDecoder().decode(before));
    expect(fresh.slots[0].wrapped).not.toBe(old.slots[0].wrapped);
    for (let n = 2; n <= 8; n++) await vault.addSlot({ ...passkey(1), id: `1${n}`, salt: filled(40 + n) });
    expect(await refusal(() => vault.addSlot({ type: 'password', password }))).toBe('E_COUNT');
    const other = await opened(store);
    await other.unlock({ ...passkey(1), id: '15' });
    expect(reader(other)).toBe(reader(vault));
  });

  it('changes a password only for who knows the old one', async () => {
    const vault = await newVault([{ type: 'password', password }, { type: 'phrase' }]);
    const phrase = vault.phrase();
    expect(await refusal(() => vault.changePassword('not the password', 'a new password'))).toBe('E_PASSWORD');
    expect(await refusal(() => vault.changePassword(password, 'short'))).toBe('E_PASSWORD_WEAK');
    await vault.changePassword(password, 'a new password');
    expect(await refusal(() => vault.unlock({ type: 'password', password }))).toBe('E_PASSWORD');
    await vault.unlock({ type: 'password', password: 'a new password' });
    await vault.unlock({ type: 'phrase', phrase });
  });

  it('rotates the root: old versions stay, every slot still opens, the phrase is a new one', async () => {
    const store = new MemoryVaultStore();
    const slots = [{ type: 'password', password }, salted(passkey(1)), { type: 'phrase' }] as const;
    const vault = await newVault(slots, { store });
    const [old, phrase] = [reader(vault), vault.phrase()];
    expect(await vault.rotateRoot()).toBe(1);
    expect(reader(vault)).not.toBe(old);
    expect(vault.rootVersions.map(({ version }) => version)).toEqual([0, 1]);
    const again = await opened(store);
    await again.unlock(passkey(1));
    expect(toHex(again.keyring(0).verifying().publicKey.toBytes())).toBe(old);
    expect(again.keyrings().map((keyring) => toHex(keyring.verifying().publicKey.toBytes()))).toEqual([
      reader(vault),
      old,
    ]);
    expect(await refusal(() => again.unlock({ type: 'phrase', phrase }))).toBe('E_PASSWORD');
    await again.unlock({ type: 'phrase', phrase: vault.phrase() });
    expect(await refusal(() => again.keyring(2))).toBe('E_NUMBER');
    for (let version = 2; version < 24; version++) expect(await vault.rotateRoot()).toBe(version);
    expect(await refusal(() => vault.rotateRoot())).toBe('E_COUNT');
    // Whatever is inside, the sealed part has one length.
    const length = (bytes: Uint8Array): number => JSON.parse(new TextDecoder().decode(bytes)).sealed.length;
    expect(length(vault.export())).toBe(length((await newVault()).export()));
  });

  it('comes back from its phrases on a device that has nothing', async () => {
    const vault = await newVault();
    const phrases = [vault.phrase()];
    await vault.rotateRoot();
    phrases.push(vault.phrase());
    const back = await newVault([{ type: 'password', password: 'other device' }], { phrases });
    expect(reader(back)).toBe(reader(vault));
    expect(toHex(back.keyring(0).vaultKey())).toBe(toHex(vault.keyring(0).vaultKey()));
    const typed = vault.phrase().toUpperCase().split(' ').join('\n ');
    expect(reader(await newVault(undefined, { phrases: [typed] }))).toBe(reader(vault));
  });

  it('tells of two tabs that change it at once, and takes nothing over', async () => {
    const store = new MemoryVaultStore();
    const one = await newVault(undefined, { store });
    const two = await opened(store);
    await two.unlock({ type: 'password', password });
    await one.rotateRoot();
    expect(await refusal(() => two.rotateRoot())).toBe('E_VAULT_CHANGED');
    await two.unlock({ type: 'password', password });
    expect(reader(two)).toBe(reader(one));
    expect(await refusal(() => newVault(undefined, { store }))).toBe('E_VAULT_EXISTS');
    const elsewhere = new MemoryVaultStore();
    const copy = await Vault.import({ store: elsewhere, stretch: quickStretch, bytes: one.export() });
    await copy.unlock({ type: 'password', password });
    expect(reader(copy)).toBe(reader(one));
    await one.erase();
    expect(await refusal(() => opened(store))).toBe('E_VAULT_MISSING');
    expect(await refusal(() => two.unlock({ type: 'password', password }))).toBe('E_VAULT_MISSING');
  });

  it('stays locked if it locked itself while it was being written', async () => {
    const store = new MemoryVaultStore();
    const vault = await newVault(undefined, { store });
    const writing = vault.rotateRoot();
    vault.lock();
    await writing;
    expect(vault.isLocked).toBe(true);
    await vault.unlock({ type: 'password', password });
    expect(vault.rootVersions).toHaveLength(2);
  });

  it('locked and unlocked while it is being written knows what was written, or is locked', async () => {
    const store = new MemoryVaultStore();
    const vault = await newVault(undefined, { store });
    const swap = store.swap.bind(store);
    let go: () => void = () => undefined;
    store.swap = async (...of) => {
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      return swap(...of);
    };
    const first = vault.rotateRoot();
    vault.lock();
    const unlocked = vault.unlock({ type: 'password', password });
    go();
    await first;
    await unlocked;
    expect(vault.rootVersions).toHaveLength(2);
    // Unlocking that began before the write has read what lay there then.
    let read: () => void = () => undefined;
    const late = new Promise<void>((resolve) => {
      read = resolve;
    });
    const bytes = await store.read();
    store.read = async () => {
      await late;
      return bytes;
    };
    const early = vault.unlock({ type: 'password', password });
    const second = vault.rotateRoot();
    read();
    await early;
    expect(vault.rootVersions).toHaveLength(2);
    go();
    await second;
    expect(vault.isLocked).toBe(true);
    store.read = MemoryVaultStore.prototype.read.bind(store);
    await vault.unlock({ type: 'password', password });
    expect(vault.rootVersions).toHaveLength(3);
  });

  it('shows nothing of itself', async () => {
    const vault = await newVault();
    const root = toHex(vault.keyring().toSecretBytes()).slice(2);
    const shown = `${vault} ${JSON.stringify(vault)} ${inspect(vault, { depth: 9, showHidden: true })}`;
    expect(shown).not.toContain(root);
    expect(new TextDecoder().decode(vault.export())).not.toContain(root);
  });

  it('takes no two slots of one salt, which nothing could tell apart', async () => {
    const twins = [salted(passkey(1)), { ...passkey(2), salt: filled(1) }];
    expect(await refusal(() => newVault(twins))).toBe('E_SLOT');
  });

  it('refuses what is no slot and no key', async () => {
    const bad: unknown[] = [
      { type: 'password', password: 'short' },
      { type: 'password', password: 7 },
      { type: 'telepathy' },
      { ...passkey(1), salt: filled(1, 31) },
      { ...passkey(1), salt: filled(1), secret: filled(1, 31) },
      { ...passkey(1), salt: filled(1), id: 'XY' },
      { ...passkey(1), salt: filled(1), name: 'x'.repeat(65) },
      { ...passkey(1), salt: filled(1), name: 'line\nfeed' },
    ];
    const codes: string[] = [];
    for (const slot of bad) codes.push(await refusal(() => newVault([slot as NewSlot])));
    expect(codes).toEqual([
      'E_PASSWORD_WEAK',
      'E_TYPE',
      'E_FIELD',
      'E_LENGTH',
      'E_LENGTH',
      'E_FIELD',
      'E_KEYSTORE_FORMAT',
      'E_KEYSTORE_FORMAT',
    ]);
    expect(await refusal(() => newVault([]))).toBe('E_COUNT');
    expect(await refusal(() => newVault(undefined, { phrases: ['abandon '.repeat(24)] }))).toBe('E_WORDS');
    const vault = await newVault();
    expect(await refusal(() => vault.unlock({ type: 'x' } as unknown as Unlock))).toBe('E_FIELD');
    expect(await refusal(() => vault.unlock({ type: 'phrase', phrase: 'one two' }))).toBe('E_WORDS');
  });
});

describe('the file of a vault', () => {
  it('opens unchanged or not at all, whatever bit is flipped', async () => {
    const vault = await newVault([{ type: 'password', password }, salted(passkey(1)), { type: 'phrase' }]);
    const bytes = vault.export();
    const expected = reader(vault);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 7 }), async (place, bit) => {
        const changed = bytes.slice();
        changed[place] = (changed[place] as number) ^ (1 << bit);
        const code = await refusal(async () => {
          const store = new MemoryVaultStore();
          await store.swap(undefined, changed);
          const other = await opened(store);
          await other.unlock(passkey(1));
          expect(reader(other)).toBe(expected);
        });
        expect(code).toMatch(/^(accepted|E_KEYSTORE_FORMAT|E_KDF_BOUNDS|E_PASSWORD)$/);
      }),
      { numRuns: 300 },
    );
  });

  it('is refused before any work if it asks for too much, and by name if it is not known', async () => {
    const vault = await newVault([{ type: 'password', password }, salted(passkey(1))]);
    const text = new TextDecoder().decode(vault.export());
    const cases: [string, (file: Record<string, never>) => void, string][] = [
      [
        'more memory',
        (file: { slots?: { kdf: { n: number } }[] }) => set(file.slots?.[0]?.kdf, { n: 2 ** 26 }),
        'E_KDF_BOUNDS',
      ],
      [
        'less work',
        (file: { slots?: { kdf: { n: number } }[] }) => set(file.slots?.[0]?.kdf, { n: 2 ** 10 }),
        'E_KDF_BOUNDS',
      ],
      ['another version', (file) => set(file, { version: 2 }), 'E_KEYSTORE_FORMAT'],
      ['another kind', (file) => set(file, { kind: 'node' }), 'E_KEYSTORE_FORMAT'],
      ['a slot renamed', (file: { slots?: object[] }) => set(file.slots?.[1], { name: 'mine' }), 'E_KEYSTORE_FORMAT'],
      [
        'a slot of another credential',
        (file: { slots?: object[] }) => set(file.slots?.[1], { id: 'ff' }),
        'E_KEYSTORE_FORMAT',
      ],
      ['no slots', (file) => set(file, { slots: [] }), 'E_KEYSTORE_FORMAT'],
      [
        'a slot too many',
        (file: { slots?: object[] }) => set(file, { slots: Array(9).fill(file.slots?.[0]) }),
        'E_KEYSTORE_FORMAT',
      ],
      ['another field', (file) => set(file, { hint: 'my dog' }), 'E_KEYSTORE_FORMAT'],
    ];
    for (const [name, change, code] of cases) {
      const file = JSON.parse(text);
      change(file);
      const bytes = new TextEncoder().encode(JSON.stringify(file));
      expect(await refusal(() => Vault.import({ store: new MemoryVaultStore(), bytes })), name).toBe(code);
    }
    for (const bytes of [new Uint8Array(0), new Uint8Array(70_000), filled(0xff)]) {
      expect(await refusal(() => Vault.import({ store: new MemoryVaultStore(), bytes }))).toBe('E_KEYSTORE_FORMAT');
    }
  });
});

function set(target: object | undefined, values: object): void {
  Object.assign(target ?? {}, values);
}
