/** KeyRegistry as versions by account. Source: contracts/KeyRegistry.sol, spec/protocol.md section 5.4. */
import { type Address, type Hex, keyRegistryAbi } from '../../chain/index.ts';
import {
  addressOfPoint,
  expandSignature,
  fromHex,
  type KeyPossession,
  keccak,
  typedDigest,
} from '../../protocol/index.ts';
import { need } from '../model/index.ts';
import { type Act, type Contract, type Plays, signerOf, type World } from './contract.ts';

interface KeyArgs {
  readonly rx: bigint;
  readonly ry: bigint;
  readonly vx: bigint;
  readonly vy: bigint;
  readonly rr: Hex;
  readonly rvs: Hex;
  readonly vr: Hex;
  readonly vvs: Hex;
}

interface Entry {
  readonly receiving: Hex;
  readonly verifying: Hex;
  readonly since: number;
}

const word = (value: bigint): string => value.toString(16).padStart(64, '0');
const compress = (x: bigint, y: bigint): Hex => `0x0${2n + (y & 1n)}${word(x)}`;
const none = { receiving: '0x', verifying: '0x', since: 0 } as const;

/** What each parameter name stands for. */
interface Parameters {
  readonly keys: KeyArgs;
  readonly version: bigint;
  readonly owner: Address;
  readonly deadline: bigint;
  readonly signature: Hex;
}

export function keyRegistryContract(world: World): Contract {
  const { deployment } = world.genesis;
  const entries = world.store.book<Entry>('keys');
  const versions = world.store.book<number>('versions of keys');

  /** A signature that recovers to the address of (x, y) proves possession and that the point is on the curve. */
  const holds = (digest: Hex, x: bigint, y: bigint, r: Hex, vs: Hex): boolean =>
    signerOf(digest, expandSignature({ r, vs })) === addressOfPoint(fromHex(`0x${word(x)}${word(y)}`));

  const register = (act: Act, owner: Address, keys: KeyArgs, version: number): void => {
    const { rx, ry, vx, vy, rr, rvs, vr, vvs } = keys;
    need(version === (versions.get(owner) ?? 0) + 1, 'BadVersion');
    need(rx !== vx, 'SameKeys');
    const [receiving, verifying] = [compress(rx, ry), compress(vx, vy)];
    const message: KeyPossession = { owner, keys: hashOf(keys), version };
    const digest = typedDigest('KeyPossession', deployment, message);
    need(holds(digest, rx, ry, rr, rvs) && holds(digest, vx, vy, vr, vvs), 'BadPossession');
    versions.set(owner, version);
    entries.set(`${owner}/${version}`, { receiving, verifying, since: world.clock.now });
    act.emit('KeysRegistered', { owner, version, receiving, verifying });
  };

  const functions: Plays<Parameters> = {
    register: ({ keys, version }, act) => register(act, act.sender, keys, Number(version)),
    registerFor: (args, act) => {
      const { keys, owner } = args;
      const [version, deadline] = [Number(args.version), Number(args.deadline)];
      need(world.clock.now <= deadline, 'ExpiredSignature');
      const message = { owner, keys: hashOf(keys), version, deadline };
      need(world.isTypedSignedBy(owner, 'KeyRegistration', message, args.signature), 'BadSignature');
      register(act, owner, keys, version);
    },
    keysOf: ({ owner }) => {
      const version = versions.get(owner) ?? 0;
      const { receiving, verifying, since } = entries.get(`${owner}/${version}`) ?? none;
      return [receiving, verifying, version, since];
    },
    keysAt: ({ owner, version }) => {
      const { receiving, verifying, since } = entries.get(`${owner}/${version}`) ?? none;
      return [receiving, verifying, since];
    },
  };
  return { address: deployment.keyRegistry, abi: keyRegistryAbi, functions };
}

const hashOf = ({ rx, ry, vx, vy }: KeyArgs): Hex => keccak(fromHex(compress(rx, ry)), fromHex(compress(vx, vy)));
