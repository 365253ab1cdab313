/**
 * A Hardhat chain in this process with our contracts and local constants, and hands to stake a node on it. Not a test.
 * Contracts come from the build's artifacts: `npm test` builds them first.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ContractFactory, JsonRpcProvider, NonceManager, Wallet } from 'ethers';
import { network } from 'hardhat';
import { ethersChain } from '../../../lib/chain/ethers.ts';
import { type Chain, type Deployment, httpRpc, MinerEscrow, PolicyManager, Token } from '../../../lib/chain/index.ts';
import { type Address, fromHex, type Hex, typedDigest } from '../../../lib/protocol/index.ts';
import type { NodeKeystore } from '../../../node/keystore/nodeKeystore.ts';

/** Hardhat's well-known accounts; worth nothing anywhere else. */
const deployerKey: Hex = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
const stakerKey: Hex = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d';
const aliceKey: Hex = '0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a';

export interface RealChain {
  readonly rpcUrl: string;
  readonly deployment: Deployment;
  readonly staker: Chain;
  /** Alice's account on PolicyManager. */
  readonly policies: PolicyManager<Chain>;
  rpc(method: string, ...params: unknown[]): Promise<unknown>;
  /** Fund the operator, bond the staker's wallet to it. Returns the node's address. */
  stake(keystore: NodeKeystore, url: string): Promise<Address>;
  close(): Promise<void>;
}

/** Starts, deploys, mines a block a second. */
export async function startRealChain(): Promise<RealChain> {
  const server = await network.createServer('demo', '127.0.0.1', 0);
  const { address, port } = await server.listen();
  const rpcUrl = `http://${address}:${port}`;
  const provider = new JsonRpcProvider(rpcUrl, 31337, { staticNetwork: true, pollingInterval: 50 });
  const deployer = new NonceManager(new Wallet(deployerKey, provider));
  const deploy = async (name: string, ...args: unknown[]): Promise<Address> => {
    const path = join(import.meta.dirname, `../../../artifacts/contracts/${name}.sol/${name}.json`);
    const { abi, bytecode } = JSON.parse(readFileSync(path, 'utf8')) as { abi: []; bytecode: string };
    const contract = await new ContractFactory(abi, bytecode, deployer).deploy(...args);
    await contract.waitForDeployment();
    if (name === 'MinerEscrow') await (await contract.getFunction('wire')(adjudicator)).wait();
    return (await contract.getAddress()).toLowerCase() as Address;
  };
  // No contract yet: only the domain of signatures, and one who may slash.
  const adjudicator: Address = `0x${'ad'.repeat(20)}`;
  const unit = 10n ** 18n;
  const token = await deploy('DintelToken', ...(await tokenArguments(await deployer.getAddress())));
  const escrow = await deploy('MinerEscrow', token, [30, 2, 14, 21, 25_000n * unit, unit]);
  const policyManager = await deploy('PolicyManager', escrow);
  const keyRegistry = await deploy('KeyRegistry');
  const deployment = { chainId: 31337, token, escrow, policyManager, keyRegistry, adjudicator, deployedBlock: 0 };

  const treasury = await ethersChain({ rpcUrl, privateKey: deployerKey });
  const staker = await ethersChain({ rpcUrl, privateKey: stakerKey });
  const alice = await ethersChain({ rpcUrl, privateKey: aliceKey });
  const rpc = httpRpc(rpcUrl);
  return {
    rpcUrl,
    deployment,
    staker,
    policies: new PolicyManager(alice, policyManager),
    rpc: (method, ...params) => rpc.request(method, params),
    stake: async (keystore, url) => {
      const node = staker.account;
      await rpc.request('hardhat_setBalance', [keystore.operator, '0x8ac7230489e80000']);
      await (await new Token(treasury, token).transfer(node, 100_000n * unit)).wait();
      await (await new Token(staker, token).approve(escrow, 100_000n * unit)).wait();
      const agent = new MinerEscrow(staker, escrow);
      const now = Number((await staker.block('latest'))?.timestamp ?? 0n);
      const consentDeadline = now + 600;
      const digest = typedDigest('OperatorConsent', deployment, { node, deadline: consentDeadline });
      const { keyNumber, publicKey } = keystore.encryptingKey();
      const sent = await agent.bond({
        amount: 100_000n * unit,
        operator: keystore.operator,
        consentDeadline,
        consent: keystore.signDigest(fromHex(digest)),
        availableUntil: Math.floor(now / 30) + 500,
        info: { url, encryptingKey: publicKey, keyNumber, peerId: new Uint8Array(), protocol: 1 },
      });
      await sent.wait();
      return node;
    },
    close: async () => {
      provider.destroy();
      await server.close();
    },
  };
}

/** DintelToken mints once, to whoever its constructor names. */
async function tokenArguments(owner: string): Promise<unknown[]> {
  const path = join(import.meta.dirname, '../../../artifacts/contracts/DintelToken.sol/DintelToken.json');
  const { abi } = JSON.parse(readFileSync(path, 'utf8')) as { abi: { type: string; inputs: unknown[] }[] };
  const inputs = abi.find(({ type }) => type === 'constructor')?.inputs ?? [];
  return inputs.length === 0 ? [] : [owner];
}
