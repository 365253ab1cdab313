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
 * External functions: this code is linked, not copied, into MinerEscrow and runs on the escrow's storage. Nothing that a
 * node does can make a due penalty revert: it calls nobody, and every sum is bounded (stakes are below 2^96).
 */
library Penalties {
    using Activity for Activity.Bits;
    using Lanes for Lanes.Totals;
    using Ledger for Ledger.Book;

    uint256 internal constant BPS = 10_000;
    uint256 internal constant CORRECTNESS_BPS = 200;
    uint256 internal constant CORRECTNESS_CAP_BPS = 3_000;
    uint256 internal constant LIVENESS_BPS = 25;
    uint256 internal constant REPORTER_BPS = 2_000;
    /// @dev Epochs without a slash after which the history halves.
    uint256 internal constant HISTORY_HALF_LIFE = 90;

    /// @dev The rules that a penalty is judged by, from the escrow's immutables.
    struct Rules {
        uint256 current;
        uint256 evidenceWindow;
        uint256 minStake;
        uint256 weightUnit;
        uint256 maxLease;
    }

    /// @notice See {IMinerEscrow-slash}; the caller has checked that the operator counts for the node.
    function slash(
        Ledger.Book storage book,
        Rules memory rules,
        address node,
        IMinerEscrow.Offence kind,
        uint256 epoch,
        address reporter
    ) external returns (uint256 penalty) {
        unchecked {
            uint256 flag = flagOf(kind, epoch);
            uint256 judged = book.offences[node][epoch >> 7];
            require(judged & flag == 0, IMinerEscrow.AlreadyJudged());
            book.offences[node][epoch >> 7] = judged | flag;

            Ledger.Node memory its = book.load(node);
            uint256 atStake = its.stake + its.unbonding;
            require(
                atStake != 0 && epoch <= rules.current && rules.current <= epoch + rules.evidenceWindow,
                IMinerEscrow.NothingToSlash()
            );
            uint256 bps = kind == IMinerEscrow.Offence.Liveness ? LIVENESS_BPS : _raiseHistory(its, rules.current);
            penalty = (atStake * bps + BPS - 1) / BPS; // rounded up, so never 0
            _take(book, its, penalty);
            uint256 reward = reporter == address(0) ? 0 : (penalty * REPORTER_BPS) / BPS; // rounded down
            book.penaltyPot += uint128(penalty - reward);
            if (reward != 0) book.credit[reporter] += reward;
            emit IMinerEscrow.Slashed(node, kind, uint32(epoch), penalty, reward, reporter);

            if (its.stake < rules.minStake) {
                if (its.weight != 0) emit IMinerEscrow.Jailed(node);
                _void(book, node, its, rules.current + 1, rules.current + rules.maxLease);
            }
            book.commit(node, its, its.stake < rules.minStake ? 0 : its.stake / rules.weightUnit, rules.current);
        }
    }

    /// @notice Clear the bits of [from, to], at most 16 epochs.
    function void(Ledger.Book storage book, address node, uint256 from, uint256 to) external {
        _void(book, node, book.load(node), from, to);
    }

    /// @notice Two bits per epoch, correctness and liveness, 128 epochs per word.
    function flagOf(IMinerEscrow.Offence kind, uint256 epoch) internal pure returns (uint256) {
        return 1 << (((epoch & 127) << 1) | uint256(kind));
    }

    /// @dev From the stake that works first, then from what is on its way out.
    function _take(Ledger.Book storage book, Ledger.Node memory its, uint256 penalty) private {
        unchecked {
            uint256 fromStake = penalty < its.stake ? penalty : its.stake;
            its.stake -= fromStake;
            its.unbonding -= penalty - fromStake;
            book.totalStake -= uint128(penalty);
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
