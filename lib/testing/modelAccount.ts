/**
 * The door to the modelled chain for one account: what an adapter gives for a real one. Owns: the shape of `Chain`, signing.
 * Owns not: blocks and contracts (`modelChain.ts`).
 */
import {
  type Abi,
  type Address,
  type Chain,
  ChainError,
  type ContractCall,
  type Hex,
  type SentTransaction,
} from '../chain/index.ts';
import {
  addressOf,
  type MessageName,
  type Messages,
  signTyped,
  structures,
  toHex,
  zeroAddress,
} from '../protocol/index.ts';
import type { SecretKey } from '../umbral/index.ts';
import { gasPriceWei, type ModelCall, type ModelChain, modelGas } from './modelChain.ts';

/** The chain for a key, or (with `wallet`) for a contract wallet that takes this key's signatures. */
export function modelAccount(chain: ModelChain, key: SecretKey, wallet?: Address): Chain {
  const account = wallet ?? addressOf(key.publicKey);
  const lower = (address: Address): Address => address.toLowerCase() as Address;
  const callOf = (request: ContractCall & { readonly valueWei?: bigint }, from = account): ModelCall => ({
    ...request,
    from,
    valueWei: request.valueWei ?? 0n,
  });
  const door: Chain = {
    chainId: chain.deployment.chainId,
    account,
    block: async (at) => chain.block(at),
    call: async (request, { at, from } = {}) => chain.call(callOf(request, lower(from ?? zeroAddress)), at),
    logs: async (query) => chain.logs(query),
    balance: async (address) => chain.balance(lower(address)),
    transaction: (hash, abi) => sentTransaction(chain, hash, abi),
    estimate: async (request) => {
      chain.call(callOf(request));
      return { gas: modelGas, gasPriceWei };
    },
    send: async (request) => sentTransaction(chain, chain.send(callOf(request)).hash, request.abi),
    // A contract wallet takes several calls as one transaction, as EIP-5792 has it.
    ...(wallet !== undefined && {
      sendTogether: async (requests, { signal } = {}) => {
        const { hash } = chain.send(...requests.map((request) => callOf(request)));
        const abi = requests.flatMap((request) => request.abi);
        return sentTransaction(chain, hash, abi).wait(signal && { signal });
      },
    }),
    signTypedData: async ({ primaryType, domain, message }) => {
      if (!Object.hasOwn(structures, primaryType)) {
        throw new ChainError(
          'chain.rpc',
          `The modelled chain signs the structures of dintel only, not ${primaryType}.`,
        );
      }
      const at = domain.verifyingContract;
      const contracts = {
        chainId: Number(domain.chainId),
        adjudicator: at,
        policyManager: at,
        escrow: at,
        keyRegistry: at,
      };
      const name = primaryType as MessageName;
      return toHex(signTyped(name, key, contracts, message as unknown as Messages[MessageName]));
    },
  };
  return door;
}

function sentTransaction(chain: ModelChain, hash: Hex, abi: Abi): SentTransaction {
  return {
    hash,
    wait: async ({ confirmations = 1, signal } = {}) => {
      for (;;) {
        const transaction = chain.transaction(hash);
        if (transaction === undefined) {
          const message = 'The transaction is no longer known to the chain; it was replaced or dropped.';
          throw new ChainError('chain.dropped', message, { transactionHash: hash });
        }
        const { block, refusal, logs } = transaction;
        if (block !== undefined && chain.head.number - block.number + 1n >= BigInt(confirmations)) {
          if (refusal?.revert !== undefined) {
            throw new ChainError('chain.reverted', refusal.message, { transactionHash: hash, revert: refusal.revert });
          }
          if (refusal !== undefined) throw refusal;
          const known = new Set((abi as readonly { type: string; name?: string }[]).map(({ name }) => name));
          return {
            hash,
            blockNumber: block.number,
            blockHash: block.hash,
            gasUsed: modelGas,
            feeWei: modelGas * gasPriceWei,
            logs: logs.filter(({ event }) => known.has(event)),
          };
        }
        if (signal?.aborted) {
          throw new ChainError('chain.aborted', 'Waiting for the transaction was cancelled; it may still be mined.', {
            transactionHash: hash,
          });
        }
        await chain.nextBlock(signal);
      }
    },
  };
}
