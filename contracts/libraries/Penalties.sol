// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMinerEscrow} from "../interfaces/IMinerEscrow.sol";
import {Activity} from "./Activity.sol";
import {Lanes} from "./Lanes.sol";
import {Ledger} from "./Ledger.sol";

/**
 * @title Penalties
 * @notice What the Adjudicator may do to a node of MinerEscrow: take a percentage of its stake, void its bits.
 *
 * Linked, not copied, into MinerEscrow: it runs on the escrow's storage, and `this` is the escrow. Nothing that a node
 * does can make a due penalty revert: no stranger is called, and every sum is bounded (stakes are below 2^96).
 */
library Penalties {
    using Activity for Activity.Bits;
    using Lanes for Lanes.Totals;
    using Ledger for Ledger.Book;
    using Ledger for Ledger.Node;

    uint256 internal constant BPS = 10_000;
    uint256 internal constant CORRECTNESS_BPS = 200;
    uint256 internal constant CORRECTNESS_CAP_BPS = 3_000;
    uint256 internal constant LIVENESS_BPS = 25;
    uint256 internal constant REPORTER_BPS = 2_000;
    /// @dev Epochs without a slash after which the history halves.
    uint256 internal constant HISTORY_HALF_LIFE = 90;

    /// @notice See {IMinerEscrow-slash}.
    function slash(
        address node,
        address operator,
        IMinerEscrow.Offence kind,
        uint32 epoch,
        address reporter
    ) external returns (uint256 penalty) {
        Ledger.Book storage book = Ledger.book();
        IMinerEscrow.Rules memory rules = IMinerEscrow(address(this)).rules();
        _checkAdjudicator(book);
        require(
            kind == IMinerEscrow.Offence.Liveness || book.operatorValid(node, operator, epoch),
            IMinerEscrow.NotOperator()
        );
        _judge(book, node, kind, epoch);
        unchecked {
            uint256 current = block.timestamp / rules.epochLength;
            Ledger.Node memory its = book.load(node).weigh(rules.minStake, rules.weightUnit);
            penalty = its.stake + its.unbonding;
            require(
                penalty != 0 && epoch <= current && current <= uint256(epoch) + rules.evidenceWindow,
                IMinerEscrow.NothingToSlash()
            );
            uint256 bps = kind == IMinerEscrow.Offence.Liveness ? LIVENESS_BPS : _raiseHistory(its, current);
            penalty = (penalty * bps + BPS - 1) / BPS; // rounded up, so never 0
            uint256 reward = _take(book, its, penalty, reporter);
            emit IMinerEscrow.Slashed(node, kind, epoch, penalty, reward, reporter);
            if (its.stake < rules.minStake) {
                if (its.weight != 0) emit IMinerEscrow.Jailed(node);
                _void(book, node, its, current + 1, current + Ledger.MAX_LEASE);
            }
            book.commit(node, its, rules.minStake, rules.weightUnit, current);
        }
    }

    /// @notice See {IMinerEscrow-voidEpochs}.
    function voidEpochs(address node, uint32 from, uint32 to) external {
        Ledger.Book storage book = Ledger.book();
        _checkAdjudicator(book);
        IMinerEscrow.Rules memory rules = IMinerEscrow(address(this)).rules();
        uint256 current = block.timestamp / rules.epochLength;
        uint256 first = current - rules.disputeWindow;
        uint256 last = current + Ledger.MAX_LEASE;
        if (from > first) first = from;
        if (to < last) last = to;
        if (first > last) return;
        _void(book, node, book.load(node).weigh(rules.minStake, rules.weightUnit), first, last);
    }

    /// @notice Two bits per epoch, correctness and liveness, 128 epochs per word.
    function flagOf(IMinerEscrow.Offence kind, uint256 epoch) internal pure returns (uint256) {
        return 1 << (((epoch & 127) << 1) | uint256(kind));
    }

    function _checkAdjudicator(Ledger.Book storage book) private view {
        require(msg.sender == book.adjudicator, IMinerEscrow.NotAdjudicator());
    }

    /// @dev One slash per node, kind and epoch.
    function _judge(Ledger.Book storage book, address node, IMinerEscrow.Offence kind, uint256 epoch) private {
        uint256 flag = flagOf(kind, epoch);
        uint256 judged = book.offences[node][epoch >> 7];
        require(judged & flag == 0, IMinerEscrow.AlreadyJudged());
        book.offences[node][epoch >> 7] = judged | flag;
    }

    /// @dev From the stake that works first, then from what is on its way out; a fifth to the reporter, the rest to the pot.
    function _take(
        Ledger.Book storage book,
        Ledger.Node memory its,
        uint256 penalty,
        address reporter
    ) private returns (uint256 reward) {
        unchecked {
            if (reporter != address(0)) reward = (penalty * REPORTER_BPS) / BPS; // rounded down
            book.penaltyPot += uint128(penalty - reward);
            if (reward != 0) book.credit[reporter] += reward;
            uint256 fromStake = penalty < its.stake ? penalty : its.stake;
            its.stake -= fromStake;
            its.unbonding -= penalty - fromStake;
            book.totalStake -= uint96(penalty);
        }
    }

    function _void(Ledger.Book storage book, address node, Ledger.Node memory its, uint256 from, uint256 to) private {
        unchecked {
            uint256 mask = book.bits[node].window(from) & ((2 << (to - from)) - 1);
            if (mask == 0) return;
            emit IMinerEscrow.EpochsVoided(node, uint32(from), uint32(to));
            book.bits[node].flip(from, mask);
            for (; mask != 0; ++from) {
                // epochs ahead weigh what the node weighs, which `weightAt` finds at its first look
                if (mask & 1 == 1) book.lanes.shift(from, 1, 0, book.weightAt(node, its, from));
                mask >>= 1;
            }
        }
    }

    /// @dev Basis points of this conviction; the next one within the half-life costs twice as much.
    function _raiseHistory(Ledger.Node memory its, uint256 current) private pure returns (uint256 bps) {
        unchecked {
            uint256 idle = (current - its.lastSlashEpoch) / HISTORY_HALF_LIFE;
            uint256 history = its.slashCount >> (idle > 15 ? 15 : idle);
            if (history < type(uint16).max) its.slashCount = history + 1;
            its.lastSlashEpoch = current;
            bps = CORRECTNESS_BPS << (history > 4 ? 4 : history);
            if (bps > CORRECTNESS_CAP_BPS) bps = CORRECTNESS_CAP_BPS;
        }
    }
}
