/**
 * A Hardhat chain in this process with our contracts and local constants, and hands to stake a node on it. Not a test.
 */
import { network } from 'hardhat';
import { deployDintel } from '../../../ignition/deploy.ts';
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
  const connection = await network.create({ network: 'remote', override: { url: rpcUrl } });
  const deployment = await deployDintel(connection, 'local');
  await connection.close();
  const { token, escrow, policyManager } = deployment;
  const unit = 10n ** 18n;

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
    close: () => server.close(),
  };
}
