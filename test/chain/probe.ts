/** A chain in this process, a contract that shows every shape crossing the door, and funded accounts. */
import { createRequire } from 'node:module';
import type { Hex } from 'dintel/chain';
import { network } from 'hardhat';

const source = `
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;
contract Probe {
  struct Inner { uint32 small; bytes data; address[] who; }
  struct Outer { uint256 big; Inner inner; Inner[] more; bool flag; }
  error Refused(uint256 want, address who);
  event Happened(address indexed who, uint32 indexed epoch, bytes32 indexed id, uint40 small, string text, bytes data);
  event Plain(uint8 n);
  uint256 public value;
  function one() external pure returns (uint8) { return 7; }
  function several(int24 a) external view returns (int24 a_, address me, bytes32 id, string memory text) {
    return (a, address(this), bytes32(uint256(0xABCD)), "0xABCD");
  }
  function shape(Outer calldata o) external pure returns (Outer memory) { return o; }
  function refuse(uint256 want) external view { revert Refused(want, msg.sender); }
  function words() external pure { revert("plain words"); }
  function panic(uint256 a) external pure returns (uint256) { return 1 / a; }
  function silent() external pure { revert(); }
  function nothing() external {}
  function act(uint256 v, bytes32 id) external payable {
    value = v + msg.value;
    emit Happened(msg.sender, uint32(v), id, uint40(v + 1), "0xABCD", hex"CAFE");
    emit Plain(uint8(v));
  }
  function once(uint256 v) external { if (value == v) revert Refused(v, msg.sender); value = v; }
}`;

interface Compiled {
  readonly abi: readonly unknown[];
  readonly bytecode: Hex;
}

function compile(): Compiled {
  const solc = createRequire(import.meta.url)('solc') as { compile(input: string): string };
  const output = JSON.parse(
    solc.compile(
      JSON.stringify({
        language: 'Solidity',
        sources: { 'Probe.sol': { content: source } },
        settings: { outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } },
      }),
    ),
  );
  const contract = output.contracts?.['Probe.sol']?.Probe;
  if (!contract) throw new Error(JSON.stringify(output.errors));
  return { abi: contract.abi, bytecode: `0x${contract.evm.bytecode.object}` };
}

/** Hardhat's well-known account number 0: funded on a local chain and worth nothing anywhere else. */
export const privateKey: Hex = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
/** Number 1, and a key that owns nothing. */
export const otherKey: Hex = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d';
export const poorKey: Hex = `0x${'42'.repeat(32)}`;

export interface ProbeChain {
  readonly rpcUrl: string;
  readonly probe: Hex;
  readonly abi: readonly unknown[];
  rpc(method: string, params?: unknown[]): Promise<unknown>;
  close(): Promise<void>;
}

/** Start a local chain on a free port and deploy the probe on it. */
export async function startProbeChain(): Promise<ProbeChain> {
  const server = await network.createServer('default', '127.0.0.1', 0);
  const { address, port } = await server.listen();
  const rpcUrl = `http://${address}:${port}`;
  const rpc = async (method: string, params: unknown[] = []) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const response = await fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const answer = (await response.json()) as { result?: unknown; error?: { message: string } };
    if (answer.error) throw new Error(answer.error.message);
    return answer.result;
  };
  const { abi, bytecode } = compile();
  const [from] = (await rpc('eth_accounts')) as Hex[];
  const hash = await rpc('eth_sendTransaction', [{ from, data: bytecode, gas: '0x500000' }]);
  const receipt = (await rpc('eth_getTransactionReceipt', [hash])) as { contractAddress: Hex };
  return { rpcUrl, probe: receipt.contractAddress, abi, rpc, close: () => server.close() };
}
