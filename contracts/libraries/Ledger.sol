// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMinerEscrow} from "../interfaces/IMinerEscrow.sol";
import {Activity} from "./Activity.sol";
import {Lanes} from "./Lanes.sol";
import {Weights} from "./Weights.sol";

/**
 * @title Ledger
 * @notice All that MinerEscrow stores, and the writes that keep its weights true.
 *
 * A node's record lies in three words. A first bond writes `identity` alone: as long as the other two are empty, the epoch of
 * bonding and the promise of availability are those of the operator's span, which has to be written anyway. They are
 * written when one of their numbers changes. A heartbeat reads `identity` alone. The weight is not stored: it is a
 * function of the stake. In memory every field is a full word; stake and unbonding are below 2^96, because the total
 * stake is below 2^32 weight units of at most 2^64.
 *
 * Unchecked: epochs are below 2^32 and lanes are kept by the invariant that `commit`, `beat` and Penalties.void change both sides of
 * "totalWeight of an epoch = sum of the weights of the nodes whose bit is set" by the same amount.
 */
library Ledger {
    using Activity for Activity.Bits;
    using Lanes for Lanes.Totals;
    using Weights for Weights.History;

    struct Record {
        uint256 identity; // operator 160, stake 96
        uint256 service; // 32 each: exitEpoch, bondedEpoch, availableUntil, unbondReady, claimedThrough, lastSlashEpoch, weightChanges; slashCount 16
        uint256 leaving; // unbonding 96, minRate 96, nonce 64; a penalty reads it and seldom writes
    }

    struct Node {
        address operator;
        uint256 stake;
        uint256 weight;
        uint256 exitEpoch;
        uint256 bondedEpoch;
        uint256 availableUntil;
        uint256 unbondReady;
        uint256 claimedThrough;
        uint256 lastSlashEpoch;
        uint256 slashCount;
        uint256 unbonding;
        uint256 minRate;
        uint256 weightChanges;
        uint256 nonce;
    }

    struct Span {
        address node;
        uint32 from;
        uint32 to;
        /// how long the node had promised to be available when it appointed this key
        uint32 promised;
    }

    struct Reserve {
        uint128 pot;
        uint128 left;
    }

    struct Book {
        /// one word: whoever moves stake reads or writes both
        address adjudicator;
        uint96 totalStake;
        uint128 penaltyPot;
        /// what did not divide by an epoch's number: below 64
        uint128 carry;
        mapping(address who => uint256) credit;
        mapping(uint256 period => Reserve) rewards;
        mapping(address node => Record) records;
        mapping(address operator => Span) spans;
        mapping(address node => Activity.Bits) bits;
        mapping(address node => Weights.History) weights;
        /// two bits per epoch, correctness and liveness, 128 epochs per word
        mapping(address node => mapping(uint256 word => uint256)) offences;
        Lanes.Totals lanes;
    }

    /// @dev Longest lease, in epochs, and so the farthest bit ahead of the current epoch.
    uint256 internal constant MAX_LEASE = 8;
    /// @dev Where the book lies: the escrow has no state variables of its own, its base contracts use slots 0 and 1.
    uint256 private constant SLOT = 16;

    function book() internal pure returns (Book storage self) {
        assembly ("memory-safe") {
            self.slot := SLOT
        }
    }

    /// @notice What a stake weighs: nothing below the least stake of a working node.
    function weightOf(uint256 stake, uint256 minStake, uint256 weightUnit) internal pure returns (uint256) {
        unchecked {
            return stake < minStake ? 0 : stake / weightUnit;
        }
    }

    /// @notice A node's record, all but its weight: whoever asks for that one says `weigh`.
    function load(Book storage self, address node) internal view returns (Node memory its) {
        Record storage record = self.records[node];
        uint256 word = record.identity;
        if (word == 0) return its; // an operator is never taken away, so this node never bonded
        its.operator = address(uint160(word));
        its.stake = word >> 160;
        word = record.service;
        if (word == 0) {
            Span storage first = self.spans[its.operator];
            its.bondedEpoch = its.claimedThrough = first.from;
            its.availableUntil = first.promised;
            return its;
        }
        its.exitEpoch = uint32(word);
        its.bondedEpoch = uint32(word >> 32);
        its.availableUntil = uint32(word >> 64);
        its.unbondReady = uint32(word >> 96);
        its.claimedThrough = uint32(word >> 128);
        its.lastSlashEpoch = uint32(word >> 160);
        its.weightChanges = uint32(word >> 192);
        its.slashCount = word >> 224;
        word = record.leaving;
        its.unbonding = uint96(word);
        its.minRate = uint96(word >> 96);
        its.nonce = word >> 192;
    }

    /// @notice Fill in the weight that is in force from the next epoch on.
    function weigh(Node memory its, uint256 minStake, uint256 weightUnit) internal pure returns (Node memory) {
        its.weight = weightOf(its.stake, minStake, weightUnit);
        return its;
    }

    /// @dev A first bond leaves the second and third word empty, see above.
    function save(Book storage self, address node, Node memory its) internal {
        Record storage record = self.records[node];
        if (record.identity != 0) {
            record.service =
                its.exitEpoch |
                (its.bondedEpoch << 32) |
                (its.availableUntil << 64) |
                (its.unbondReady << 96) |
                (its.claimedThrough << 128) |
                (its.lastSlashEpoch << 160) |
                (its.weightChanges << 192) |
                (its.slashCount << 224);
            record.leaving = its.unbonding | (its.minRate << 96) | (its.nonce << 192);
        }
        record.identity = uint256(uint160(its.operator)) | (its.stake << 160);
    }

    /// @notice Save a record, its weight brought in line with its stake: in force from the next epoch on, announced ones too.
    function commit(
        Book storage self,
        address node,
        Node memory its,
        uint256 minStake,
        uint256 weightUnit,
        uint256 epoch
    ) internal {
        unchecked {
            uint256 identity = self.records[node].identity; // as it was
            uint256 old = weightOf(identity >> 160, minStake, weightUnit);
            uint256 weight = weightOf(its.stake, minStake, weightUnit);
            // before a first bond there are no bits and nothing was in force
            if (identity != 0 && weight != old) {
                // no bit is ever set beyond the longest lease, so the window holds all that lies ahead
                self.lanes.shift(epoch + 1, self.bits[node].window(epoch + 1), weight, old);
                // what was in force up to now goes on record, once per epoch
                uint256 length = its.weightChanges;
                if (
                    its.bondedEpoch != epoch && (length == 0 || uint32(self.weights[node].entry(length - 1)) != epoch)
                ) {
                    self.weights[node].push(length, epoch, old);
                    its.weightChanges = length + 1;
                }
            }
            save(self, node, its);
        }
    }

    /// @notice Announce a node of this weight awake in `count` epochs from `first`, which must be the next one.
    function beat(
        Book storage self,
        address node,
        uint256 weight,
        uint256 first,
        uint256 count,
        uint256 epoch
    ) internal {
        unchecked {
            require(count != 0 && count <= MAX_LEASE && first == epoch + 1, IMinerEscrow.BadLease());
            if (weight == 0) {
                require(uint32(self.records[node].service) == 0, IMinerEscrow.Exiting());
                revert IMinerEscrow.Jail();
            }
            uint256 fresh = ((1 << count) - 1) & ~self.bits[node].window(first);
            self.bits[node].flip(first, fresh);
            self.lanes.shift(first, fresh, weight, 0);
            emit IMinerEscrow.Heartbeat(node, uint32(first), uint8(count));
        }
    }

    /// @notice Whether `operator` is the node's key of `epoch`.
    function operatorValid(
        Book storage self,
        address node,
        address operator,
        uint256 epoch
    ) internal view returns (bool) {
        Span storage its = self.spans[operator];
        return node != address(0) && its.node == node && its.from <= epoch && epoch <= its.to;
    }

    function weightAt(Book storage self, address node, Node memory its, uint256 epoch) internal view returns (uint256) {
        if (its.bondedEpoch == 0 || epoch <= its.bondedEpoch) return 0;
        return self.weights[node].weightAt(its.weightChanges, epoch, its.weight);
    }
}
