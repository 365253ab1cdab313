// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IMinerEscrow} from "../interfaces/IMinerEscrow.sol";
import {Ledger} from "./Ledger.sol";
import {TypedData} from "./TypedData.sol";

/**
 * @title SignedBeats
 * @notice Heartbeats that a node's operator signed and somebody else delivers.
 *
 * Linked, not copied, into MinerEscrow: it runs on the escrow's storage, and `this` is the escrow.
 */
library SignedBeats {
    using Ledger for Ledger.Book;
    using Ledger for Ledger.Node;

    /// @notice See {IMinerEscrow-heartbeatBySig}.
    function heartbeatBySig(IMinerEscrow.Beat calldata beat, bytes calldata signature) external {
        Ledger.Book storage book = Ledger.book();
        require(block.timestamp <= beat.deadline, IMinerEscrow.ExpiredSignature());
        IMinerEscrow.Rules memory rules = IMinerEscrow(address(this)).rules();
        Ledger.Node memory its = book.load(beat.node).weigh(rules.minStake, rules.weightUnit);
        bytes32 digest = TypedData.digest(
            TypedData.heartbeat(beat.node, beat.firstEpoch, beat.count, beat.nonce, beat.deadline)
        );
        (address signer, ECDSA.RecoverError problem, ) = ECDSA.tryRecoverCalldata(digest, signature);
        require(
            problem == ECDSA.RecoverError.NoError && signer == its.operator && beat.nonce == its.nonce,
            IMinerEscrow.BadSignature()
        );
        unchecked {
            ++its.nonce;
        }
        book.save(beat.node, its);
        book.beat(beat.node, its.weight, beat.firstEpoch, beat.count, block.timestamp / rules.epochLength);
    }

    /// @notice See {IMinerEscrow-heartbeatBatch}.
    function heartbeatBatch(
        IMinerEscrow.Beat[] calldata beats,
        bytes[] calldata signatures
    ) external returns (bool[] memory done) {
        done = new bool[](beats.length);
        for (uint256 i = 0; i < beats.length && i < signatures.length; ++i) {
            // a call of its own for each, so that a bad one undoes only itself
            try IMinerEscrow(address(this)).heartbeatBySig(beats[i], signatures[i]) {
                done[i] = true;
            } catch {}
        }
    }
}
