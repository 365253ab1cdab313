import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { type Credentials, enrolPasskey, unlockWithPasskey } from '../../lib/keys/index.ts';
import { newVault, refusal } from './support.ts';

/** Authenticators of one browser: each credential has a secret, PRF is its HMAC over the input. `atCreation`: gives results at once. */
function browser(options: { prf?: boolean; atCreation?: boolean; refuse?: string } = {}) {
  const { prf = true, atCreation = false, refuse } = options;
  const secrets = new Map<string, Uint8Array>();
  const asked: string[] = [];
  const nameOf = (id: BufferSource): string => Buffer.from(id as Uint8Array).toString('base64url');
  const evaluate = (name: string, input: BufferSource): ArrayBuffer =>
    Uint8Array.from(hmac(sha256, secrets.get(name) as Uint8Array, input as Uint8Array)).buffer;
  const answer = (name: string, extension: object): Credential =>
    ({
      id: name,
      type: 'public-key',
      rawId: Uint8Array.from(Buffer.from(name, 'base64url')).buffer,
      getClientExtensionResults: () => ({ prf: extension }),
    }) as unknown as Credential;
  const check = (): void => {
    if (refuse !== undefined) throw new DOMException('no', refuse);
  };
  const credentials: Credentials = {
    create: async (request) => {
      asked.push('create');
      check();
      const { publicKey } = request as { publicKey: PublicKeyCredentialCreationOptions };
      expect(publicKey.authenticatorSelection?.userVerification).toBe('required');
      const taken = publicKey.excludeCredentials?.some(({ id }) => secrets.has(nameOf(id)));
      if (taken) throw new DOMException('no', 'InvalidStateError');
      const name = Buffer.from(crypto.getRandomValues(new Uint8Array(20))).toString('base64url');
      secrets.set(name, crypto.getRandomValues(new Uint8Array(32)));
      const first = publicKey.extensions?.prf?.eval?.first as BufferSource;
      return answer(
        name,
        prf ? { enabled: true, ...(atCreation && { results: { first: evaluate(name, first) } }) } : {},
      );
    },
    get: async (request) => {
      asked.push('get');
      check();
      const { publicKey } = request as { publicKey: PublicKeyCredentialRequestOptions };
      expect(publicKey.userVerification).toBe('required');
      const mine = publicKey.allowCredentials?.find(({ id }) => secrets.has(nameOf(id)));
      if (mine === undefined) throw new DOMException('no', 'NotAllowedError');
      const name = nameOf(mine.id);
      const first = publicKey.extensions?.prf?.evalByCredential?.[name]?.first as BufferSource;
      return answer(name, prf ? { results: { first: evaluate(name, first) } } : {});
    },
  };
  return { credentials, asked };
}

const about = { user: '0xabc', rpName: 'Dintel' };

describe('a passkey', () => {
  it.each([true, false])('enrols and unlocks, with its secret given at creation: %s', async (atCreation) => {
    const { credentials, asked } = browser({ atCreation });
    const slot = await enrolPasskey({ ...about, credentials, name: 'phone' });
    expect(asked).toEqual(atCreation ? ['create'] : ['create', 'get']);
    const vault = await newVault([slot]);
    vault.lock();
    await vault.unlock(await unlockWithPasskey({ credentials, slots: vault.slots }));
    expect(vault.slots).toMatchObject([{ type: 'passkey', name: 'phone', subject: slot.id }]);
    // The same authenticator is not enrolled twice.
    expect(await refusal(() => enrolPasskey({ ...about, credentials, slots: vault.slots }))).toBe('E_PASSKEY');
  });

  it('of several, the one that is at hand unlocks', async () => {
    const [here, there] = [browser(), browser()];
    const slots = [
      await enrolPasskey({ ...about, credentials: here.credentials }),
      await enrolPasskey({ ...about, credentials: there.credentials }),
    ];
    const vault = await newVault(slots);
    for (const { credentials } of [there, here]) {
      vault.lock();
      await vault.unlock(await unlockWithPasskey({ credentials, slots: vault.slots }));
      expect(vault.isLocked).toBe(false);
    }
  });

  it('says which it is: no PRF, declined, stopped, none enrolled, no passkeys here', async () => {
    const enrol = (options: object, more: object = {}) =>
      refusal(() => enrolPasskey({ ...about, credentials: browser(options).credentials, ...more }));
    expect(await enrol({ prf: false })).toBe('E_PASSKEY');
    expect(await enrol({ refuse: 'NotAllowedError' })).toBe('USER_REJECTED');
    expect(await enrol({ refuse: 'NotSupportedError' })).toBe('E_PASSKEY');
    expect(await enrol({ refuse: 'AbortError' }, { signal: AbortSignal.abort() })).toBe('ABORTED');
    const vault = await newVault();
    const { credentials } = browser();
    expect(await refusal(() => unlockWithPasskey({ credentials, slots: vault.slots }))).toBe('E_SLOT');
    const nothing = { create: async () => null, get: async () => null };
    expect(await refusal(() => enrolPasskey({ ...about, credentials: nothing }))).toBe('E_PASSKEY');
    expect(await refusal(() => enrolPasskey(about))).toBe('E_PASSKEY');
  });
});
