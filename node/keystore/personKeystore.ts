/**
 * A person's keys at rest: the 32-byte root from which all Umbral keys follow, and the Ethereum wallet key that pays
 * (Alice, a sponsor, a staker). Owns not: what is derived from the root (lib/protocol), the box (strongbox).
 * Source: protocol.md section 2; DESIGN section 4. Secret layout (65 bytes): 01 || root 32 || wallet key 32
 */
import { randomBytes } from 'node:crypto';
import { type Address, concatBytes } from 'dintel/protocol';
import { OperatorError, systemCode } from '../config/operatorError.ts';
import { readSecretFile, type SecretFileKind, writeSecretFile } from '../config/secretFile.ts';
import { accountOf, newAccountKey } from './account.ts';
import { readPublicPart, Strongbox } from './strongbox.ts';

const secretLength = 65;

function fileKind(role: string): SecretFileKind {
  return { what: 'keystore', code: 'E_KEYSTORE', exitCause: 'key', cure: `make one with: dintel ${role} init` };
}

export class PersonKeystore {
  readonly wallet: Address;
  readonly #root: Uint8Array;
  readonly #walletKey: Uint8Array;

  private constructor(secret: Uint8Array) {
    if (secret.length !== secretLength || secret[0] !== 1) {
      throw new OperatorError('E_KEYSTORE_FORMAT', 'the keystore opens, but what it holds is of another version');
    }
    this.#root = secret.slice(1, 33);
    this.#walletKey = secret.slice(33);
    this.wallet = accountOf(this.#walletKey);
  }

  /** Root and wallet key are fresh unless brought along (32 bytes each, copied). Errors: E_EXISTS, E_PASSWORD_WEAK. */
  static async create(
    path: string,
    password: string,
    options: { root?: Uint8Array | undefined; walletKey?: Uint8Array | undefined } = {},
  ): Promise<PersonKeystore> {
    const root = options.root?.slice() ?? randomBytes(32);
    const walletKey = options.walletKey?.slice() ?? newAccountKey();
    const secret = concatBytes(Uint8Array.of(1), root, walletKey);
    root.fill(0);
    try {
      const box = await Strongbox.create('person', { wallet: accountOf(walletKey) }, secret, password);
      await writeSecretFile(path, box.toBytes(), { exclusive: true });
      box.wipe();
      return new PersonKeystore(secret);
    } catch (cause) {
      if (systemCode(cause) !== 'EEXIST') throw cause;
      throw new OperatorError('E_EXISTS', `keystore ${path} exists already`, {
        cure: 'use another --home, or move the old one away: files may be encrypted under it',
        exitCause: 'key',
      });
    } finally {
      walletKey.fill(0);
      secret.fill(0);
    }
  }

  /** Errors: E_KEYSTORE, E_PERMS, E_KEYSTORE_FORMAT, E_KDF_BOUNDS, E_PASSWORD_WEAK, E_PASSWORD. */
  static async open(path: string, password: string, role: string): Promise<PersonKeystore> {
    const box = await Strongbox.open(await readSecretFile(path, fileKind(role)), 'person', password);
    const secret = box.revealSecret();
    box.wipe();
    try {
      return new PersonKeystore(secret);
    } finally {
      secret.fill(0);
    }
  }

  /** The wallet's address, which needs no password. */
  static async walletOf(path: string, role: string): Promise<Address> {
    const { wallet } = readPublicPart(await readSecretFile(path, fileKind(role)), 'person');
    if (wallet === undefined) throw new OperatorError('E_KEYSTORE_FORMAT', 'the keystore names no wallet');
    return wallet as Address;
  }

  /** 32 bytes, a copy; the caller wipes it. */
  revealRoot(): Uint8Array {
    return this.#root.slice();
  }

  /** 32 bytes, a copy for the chain adapter; the caller wipes it. */
  revealWalletKey(): Uint8Array {
    return this.#walletKey.slice();
  }

  wipe(): void {
    this.#root.fill(0);
    this.#walletKey.fill(0);
  }
}
