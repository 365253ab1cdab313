/** A smart-contract wallet as Alice: it owns its policies, and ends them by a signature that another pays for. EIP-5792 beside it. */
import { createRequire } from 'node:module';
import { Alice, Bob, bytesRange, Keyring, openSealedFile } from 'dintel';
import { type Chain, type Hex, isRevert, PolicyManager, sendAll } from 'dintel/chain';
import { type Eip1193Provider, eip1193Chain, eip1193Reader } from 'dintel/chain/eip1193';
import { ContractFactory, Interface, JsonRpcProvider, NonceManager, TypedDataEncoder, Wallet } from 'ethers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalNetwork, startLocalNetwork } from '../characters/localNetwork.ts';

const source = `
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;
contract SmartWallet {
  struct Call { address to; uint256 value; bytes data; }
  address immutable owner;
  constructor(address owner_) payable { owner = owner_; }
  receive() external payable {}
  function execute(Call[] calldata calls) external {
    require(msg.sender == owner);
    for (uint256 i = 0; i < calls.length; ++i) {
      (bool ok, bytes memory why) = calls[i].to.call{value: calls[i].value}(calls[i].data);
      if (!ok) assembly { revert(add(why, 32), mload(why)) }
    }
  }
  // One byte more than any key's signature: only a contract can take it.
  function isValidSignature(bytes32 digest, bytes calldata sig) external view returns (bytes4) {
    if (sig.length != 66 || sig[65] != 0x57) return 0xffffffff;
    address who = ecrecover(digest, uint8(sig[64]), bytes32(sig[:32]), bytes32(sig[32:64]));
    return who == owner ? bytes4(0x1626ba7e) : bytes4(0xffffffff);
  }
}`;

function compile(): { abi: readonly unknown[]; bytecode: string } {
  const solc = createRequire(import.meta.url)('solc') as { compile(input: string): string };
  const settings = { outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } };
  const input = { language: 'Solidity', sources: { 'W.sol': { content: source } }, settings };
  const { abi, evm } = JSON.parse(solc.compile(JSON.stringify(input))).contracts['W.sol'].SmartWallet;
  return { abi, bytecode: evm.bytecode.object };
}

let net: LocalNetwork;
let provider: JsonRpcProvider;
let wallet: Hex;
let walletAbi: readonly unknown[];
let owner: NonceManager;
beforeAll(async () => {
  net = await startLocalNetwork(2);
  provider = new JsonRpcProvider(net.rpcUrl, 31337, { staticNetwork: true, cacheTimeout: -1 });
  const key = Wallet.createRandom();
  await net.rpc('hardhat_setBalance', [key.address, '0x56bc75e2d63100000']);
  owner = new NonceManager(key.connect(provider));
  const { abi, bytecode } = compile();
  walletAbi = abi;
  const made = await new ContractFactory(abi as never, bytecode, owner).deploy(key.address, { value: 10n ** 18n });
  await made.waitForDeployment();
  wallet = (await made.getAddress()).toLowerCase() as Hex;
}, 120_000);
afterAll(async () => {
  provider?.destroy();
  await net?.close();
});

interface Call {
  readonly to: Hex;
  readonly data: Hex;
  readonly value: Hex;
}

/** The wallet as a provider: what it is asked is done by the contract, on its owner's key. `batches`: EIP-5792. */
function bridge(batches: 'supported' | 'unsupported' | 'unknown' = 'unknown', asked: string[] = []): Eip1193Provider {
  const execute = async (calls: readonly Call[]) => {
    const list = calls.map(({ to, data, value }) => ({ to, data, value: BigInt(value) }));
    const data = new Interface(walletAbi as never).encodeFunctionData('execute', [list]);
    return (await owner.sendTransaction({ to: wallet, data, gasLimit: 2_000_000n })).hash;
  };
  return {
    request: async ({ method, params = [] }) => {
      asked.push(method);
      switch (method) {
        case 'eth_requestAccounts':
          return [wallet];
        case 'eth_sendTransaction':
          return execute([params[0] as Call]);
        case 'eth_signTypedData_v4': {
          const { domain, types, message } = JSON.parse(params[1] as string);
          const { EIP712Domain: _, ...others } = types;
          const digest = TypedDataEncoder.hash(domain, others, message);
          return `${(owner.signer as Wallet).signingKey.sign(digest).serialized}57`;
        }
        case 'wallet_getCapabilities':
          if (batches === 'unknown') throw Object.assign(new Error('no such method'), { code: -32601 });
          return { '0x7a69': { atomic: { status: batches } } };
        case 'wallet_sendCalls': {
          const [{ calls, version, from, atomicRequired }] = params as [Record<string, unknown>];
          expect([version, from, atomicRequired]).toEqual(['2.0.0', wallet, true]);
          return { id: await execute(calls as Call[]) };
        }
        case 'wallet_getCallsStatus': {
          const receipt = await provider.send('eth_getTransactionReceipt', [params[0]]);
          if (receipt === null) return { status: 100 };
          return { status: receipt.status === '0x1' ? 200 : 500, atomic: true, receipts: [receipt] };
        }
        default:
          return provider.send(method, [...params]);
      }
    },
  };
}

it('owns a policy that its nodes serve, and ends it by its own kind of signature, which anybody may send', async () => {
  const { fetch, clock, deployment, rpcUrl } = net;
  const chain = await eip1193Chain({ provider: bridge(), source: { rpcUrl } });
  expect(chain.account).toBe(wallet);
  const alice = await Alice.open({ keyring: Keyring.random(), chain, deployment, fetch, clock });
  const bob = await Bob.open({
    keyring: Keyring.random(),
    chain: await eip1193Reader({ rpcUrl }),
    deployment,
    fetch,
    clock,
  });
  const stream = alice.encrypt([new Uint8Array([7])], { label: 'safe' });
  const file = await openSealedFile(bytesRange(new Uint8Array(await new Response(stream).arrayBuffer())));
  const grant = await alice.grant({
    ...{ to: bob.card(), label: 'safe', files: [file], threshold: 1, shares: 2 },
    until: Math.floor(clock.now() / 1000) + 600,
  });
  expect((await alice.policy(grant.policyId))?.owner).toBe(wallet);
  expect(await (await bob.retrieve({ from: grant.link() })).files[0]?.bytes()).toEqual(new Uint8Array([7]));

  const payer = await net.chainOf(1);
  const manager = new PolicyManager(payer, deployment.policyManager);
  const forged = { id: grant.policyId, deadline: 2 ** 40, signature: new Uint8Array(66) };
  expect(isRevert(await manager.revokeBySig(forged).catch((error: unknown) => error), 'BadSignature')).toBe(true);
  const before = await payer.balance(payer.account);
  await alice.revoke({ policyId: grant.policyId, payer });
  expect(await payer.balance(payer.account)).toBeLessThan(before);
  expect(await alice.policy(grant.policyId)).toMatchObject({ revoked: true, owner: wallet });
  expect(await bob.retrieve({ from: grant.link() }).catch((error: unknown) => error)).toMatchObject({
    code: 'POLICY_REVOKED',
  });
});

const salts = [1, 2].map((n): Hex => `0x${String(n).repeat(64)}`);

/** Two policies, as calls. */
async function creations(chain: Chain, at: number) {
  const manager = new PolicyManager(chain, net.deployment.policyManager);
  const expiresAt = Math.floor(net.clock.now() / 1000) + 600;
  const { deposit } = await manager.quote(1n, 1, expiresAt);
  return salts.map((salt) => ({
    ...manager.request('createPolicy', [
      { salt: salt.replace(/.$/, String(at)), root: salt, shares: 1, rate: 1n, expiresAt },
      { tag: salt, envelope: new Uint8Array(0) },
    ]),
    valueWei: deposit,
  }));
}

it('several acts are one transaction where the wallet offers it, all or none, and one after another where not', async () => {
  const source = { rpcUrl: net.rpcUrl };
  for (const [at, batches] of (['supported', 'unsupported', 'unknown'] as const).entries()) {
    const asked: string[] = [];
    const chain = await eip1193Chain({ provider: bridge(batches, asked), source });
    const calls = await creations(chain, at);
    const mined = await sendAll(chain, calls);
    expect(mined).toHaveLength(batches === 'supported' ? 1 : 2);
    expect(mined.flatMap(({ logs }) => logs.map(({ event }) => event))).toEqual(['PolicyCreated', 'PolicyCreated']);
    expect(asked.includes('eth_sendTransaction')).toBe(batches !== 'supported');
  }
  const chain = await eip1193Chain({ provider: bridge('supported'), source });
  const [fresh] = await creations(chain, 7);
  const [again] = await creations(chain, 0);
  const refused = await sendAll(chain, [fresh!, again!]).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'chain.reverted' });
  const manager = new PolicyManager(chain, net.deployment.policyManager);
  const id = await manager.policyIdOf(wallet, salts[0]!.replace(/.$/, '7') as Hex);
  expect(await manager.policy(id)).toBeUndefined();
});
