// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMinerEscrow} from "../interfaces/IMinerEscrow.sol";
import {Activity} from "./Activity.sol";
import {Lanes} from "./Lanes.sol";
import {Ledger} from "./Ledger.sol";

/**
 * @title Rewards
 * @notice The funded reserve of MinerEscrow: given by period, paid by epoch in proportion to active weight.
 *
 * R(e) = pot / 64 of the period of e, always whole; a node with its bit set gets floor(R(e) * weightAt / totalWeight(e)).
 * The floors of an epoch sum to at most R(e), those of a period to at most its pot, so `left` never underflows.
 *
 * Linked, not copied, into MinerEscrow: it runs on the escrow's storage, and `this` is the escrow.
 */
library Rewards {
    using Activity for Activity.Bits;
    using Lanes for Lanes.Totals;
    using Ledger for Ledger.Book;
    using Ledger for Ledger.Node;

    /// @dev Epochs per period, and most epochs per claim.
    uint256 internal constant PERIOD = 64;
    /// @dev Epochs after a period in which its rewards can be claimed before they may be recycled.
    uint256 internal constant CLAIM_WINDOW = 256;
    uint256 internal constant MAX_PERIODS = 32;

    /// @notice See {IMinerEscrow-fundRewards}; returns the tokens to take from the sender.
    function fund(uint32 firstPeriod, uint32 periods, uint128 perEpoch) external returns (uint256 amount) {
        require(periods != 0 && perEpoch != 0, IMinerEscrow.ZeroAmount());
        require(periods <= MAX_PERIODS, IMinerEscrow.TooManyPeriods(periods, MAX_PERIODS));
        require(firstPeriod > _epoch() / PERIOD, IMinerEscrow.PeriodStarted());
        amount = perEpoch * PERIOD;
        for (uint256 i = 0; i < periods; ++i) {
            _fund(firstPeriod + i, amount);
            emit IMinerEscrow.RewardsFunded(uint32(firstPeriod + i), amount);
        }
        amount *= periods;
    }

    /// @notice See {IMinerEscrow-claimRewards}.
    function claimRewards(address node, uint32 to) external returns (uint256 amount) {
        Ledger.Book storage book = Ledger.book();
        Ledger.Node memory its = _weighed(node);
        require(its.bondedEpoch != 0, IMinerEscrow.NotNode());
        uint256 from = its.claimedThrough + 1;
        (uint256[2] memory parts, uint256 through) = _earned(node, its, to);
        require(through >= from, IMinerEscrow.NothingToClaim());
        its.claimedThrough = through;
        book.save(node, its);
        uint256 period = from / PERIOD;
        // a part is at most its period's pot, which has 128 bits
        if (parts[0] != 0) book.rewards[period].left -= uint128(parts[0]);
        if (parts[1] != 0) book.rewards[period + 1].left -= uint128(parts[1]);
        amount = parts[0] + parts[1];
        book.credit[node] += amount;
        emit IMinerEscrow.RewardsClaimed(node, uint32(from), uint32(through), amount);
    }

    /// @notice See {IMinerEscrow-previewReward}.
    function previewReward(address node, uint32 to) external view returns (uint256, uint32) {
        (uint256[2] memory parts, uint256 through) = _earned(node, _weighed(node), to);
        return (parts[0] + parts[1], uint32(through));
    }

    /// @notice See {IMinerEscrow-skipRewards}.
    function skipRewards(uint32 to) external {
        Ledger.Book storage book = Ledger.book();
        Ledger.Node memory its = book.load(msg.sender);
        require(its.bondedEpoch != 0, IMinerEscrow.NotNode());
        uint256 through = _lastFinal();
        if (to < through) through = to;
        uint256 from = its.claimedThrough + 1;
        require(through >= from, IMinerEscrow.NothingToClaim());
        its.claimedThrough = through;
        book.save(msg.sender, its);
        emit IMinerEscrow.RewardsClaimed(msg.sender, uint32(from), uint32(through), 0);
    }

    /// @notice See {IMinerEscrow-recycle}.
    function recycle(uint32 period) external {
        Ledger.Book storage book = Ledger.book();
        // current > 64 * (period + 1) + D + 256
        require(_lastFinal() >= (uint256(period) + 1) * PERIOD + CLAIM_WINDOW, IMinerEscrow.NotRecyclable());
        uint256 amount = book.rewards[period].left;
        delete book.rewards[period];
        _recycle(amount);
    }

    /// @notice See {IMinerEscrow-recyclePot}.
    function recyclePot() external {
        Ledger.Book storage book = Ledger.book();
        uint256 amount = book.penaltyPot;
        book.penaltyPot = 0;
        _recycle(amount);
    }

    function _fund(uint256 period, uint256 amount) private {
        Ledger.Reserve storage reserve = Ledger.book().rewards[period];
        uint256 pot = reserve.pot + amount;
        require(pot <= type(uint128).max, IMinerEscrow.StakeCapReached());
        reserve.pot = uint128(pot);
        reserve.left += uint128(amount); // left <= pot
    }

    /// @dev A pot is a whole number per epoch; what does not divide waits for the next time.
    function _recycle(uint256 amount) private {
        Ledger.Book storage book = Ledger.book();
        require(amount != 0, IMinerEscrow.NotRecyclable());
        amount += book.carry;
        book.carry = uint128(amount % PERIOD);
        amount -= amount % PERIOD;
        uint256 period = _epoch() / PERIOD + 1;
        _fund(period, amount);
        emit IMinerEscrow.RewardsRecycled(uint32(period), amount);
    }

    /// @dev What is due from the claim cursor on, at most 64 epochs: of the cursor's period, and of the next one.
    function _earned(
        address node,
        Ledger.Node memory its,
        uint256 to
    ) private view returns (uint256[2] memory parts, uint256 through) {
        Ledger.Book storage book = Ledger.book();
        through = its.claimedThrough;
        if (its.bondedEpoch == 0) return (parts, through);
        uint256 last = _lastFinal();
        if (to > last) to = last;
        if (to > through + PERIOD) to = through + PERIOD;
        uint256 first = (through + 1) / PERIOD;
        while (through < to) {
            ++through;
            if (book.bits[node].window(through) & 1 == 0) continue;
            uint256 total = book.lanes.total(through);
            if (total == 0) continue; // an exit leaves announced bits without weight
            uint256 perEpoch = book.rewards[through / PERIOD].pot / PERIOD;
            parts[through / PERIOD - first] += (perEpoch * book.weightAt(node, its, through)) / total;
        }
    }

    function _weighed(address node) private view returns (Ledger.Node memory) {
        IMinerEscrow.Rules memory rules = IMinerEscrow(address(this)).rules();
        return Ledger.book().load(node).weigh(rules.minStake, rules.weightUnit);
    }

    function _epoch() private view returns (uint256) {
        return IMinerEscrow(address(this)).currentEpoch();
    }

    /// @dev Last epoch whose bits can change no more.
    function _lastFinal() private view returns (uint256) {
        return _epoch() - IMinerEscrow(address(this)).disputeWindow() - 1;
    }
}
