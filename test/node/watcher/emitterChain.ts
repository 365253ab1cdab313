/**
 * A real chain in this process, and a contract that emits PolicyManager's events at will, so that a test decides what is on
 * which branch. Branches are made by evm_snapshot and evm_revert; a shifted clock keeps their hashes apart.
 */
import { createRequire } from 'node:module';
import { type Abi, type Address, type Chain, type ChainReader, type Hex, httpRpc } from 'dintel/chain';
import { ethersChain, ethersReader } from 'dintel/chain/ethers';
import { network } from 'hardhat';
import { policyManagerAbi } from '../../../lib/chain/abi.ts';
import type { Watched } from '../../../node/watcher/chainEvent.ts';

const source = `
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;
contract Emitter {
  event PolicyCreated(bytes32 indexed id, address indexed owner, address indexed sponsor, bytes32 root, uint8 shares,
    uint96 rate, uint32 start, uint32 end, uint40 expiresAt);
  event PolicyRevoked(bytes32 indexed id, uint32 end, uint256 refund);
  event PolicyExtended(bytes32 indexed id, uint32 end, uint40 expiresAt, uint256 paid);
  function create(uint256 id) external {
    emit PolicyCreated(bytes32(id), msg.sender, msg.sender, bytes32(uint256(1)), 5, 7, 1, 2, uint40(block.timestamp + 1000));
  }
  function revoke(uint256 id) external { emit PolicyRevoked(bytes32(id), 1, 0); }
  function extend(uint256 id) external { emit PolicyExtended(bytes32(id), 9, uint40(block.timestamp + 5000), 0); }
}`;

/** Hardhat's well-known account number 0: worth nothing anywhere else. */
const privateKey: Hex = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';

export interface EmitterChain {
  readonly rpcUrl: string;
  readonly emitter: Address;
  readonly watched: Watched;
  read(): Promise<ChainReader>;
  rpc(method: string, ...params: unknown[]): Promise<unknown>;
  emit(kind: 'create' | 'revoke' | 'extend', id: number): Promise<void>;
  mine(blocks: number): Promise<void>;
  close(): Promise<void>;
}

export async function startEmitterChain(): Promise<EmitterChain> {
  const server = await network.createServer('default', '127.0.0.1', 0);
  const { address, port } = await server.listen();
  const rpcUrl = `http://${address}:${port}`;
  const http = httpRpc(rpcUrl);
  const chain: Chain = await ethersChain({ rpcUrl, privateKey });
  const { abi, bytecode } = compile();
  const hash = await http.request('eth_sendTransaction', [{ from: chain.account, data: bytecode }]);
  const receipt = (await http.request('eth_getTransactionReceipt', [hash])) as {
    contractAddress: Address;
    blockNumber: Hex;
  };
  const emitter = receipt.contractAddress.toLowerCase() as Address;
  return {
    rpcUrl,
    emitter,
    watched: {
      chainId: 31337,
      addresses: [emitter],
      abi: policyManagerAbi,
      deployedBlock: BigInt(receipt.blockNumber),
      timedEvents: ['PolicyRevoked'],
    },
    read: () => ethersReader({ rpcUrl }),
    rpc: (method, ...params) => http.request(method, params),
    async emit(kind, id) {
      await (await chain.send({ to: emitter, abi, function: kind, args: [BigInt(id)] })).wait();
    },
    async mine(blocks) {
      await http.request('hardhat_mine', [`0x${blocks.toString(16)}`]);
    },
    close: () => server.close(),
  };
}

function compile(): { readonly abi: Abi; readonly bytecode: Hex } {
  const solc = createRequire(import.meta.url)('solc') as { compile(input: string): string };
  const input = {
    language: 'Solidity',
    sources: { 'Emitter.sol': { content: source } },
    settings: { outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  const contract = output.contracts?.['Emitter.sol']?.Emitter;
  if (!contract) throw new Error(JSON.stringify(output.errors));
  return { abi: contract.abi, bytecode: `0x${contract.evm.bytecode.object}` };
}
