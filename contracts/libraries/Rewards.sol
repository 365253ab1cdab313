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
 * External functions: this code is linked, not copied, into MinerEscrow and runs on the escrow's storage.
 */
library Rewards {
    using Activity for Activity.Bits;
    using Lanes for Lanes.Totals;
    using Ledger for Ledger.Book;

    /// @dev Epochs per period, and most epochs per claim.
    uint256 internal constant PERIOD = 64;
    /// @dev Epochs after a period in which its rewards can be claimed before they may be recycled.
    uint256 internal constant CLAIM_WINDOW = 256;
    uint256 internal constant MAX_PERIODS = 32;

    function fund(
        Ledger.Book storage book,
        uint256 epoch,
        uint256 firstPeriod,
        uint256 periods,
        uint256 perEpoch
    ) external returns (uint256 amount) {
        require(periods != 0 && perEpoch != 0, IMinerEscrow.ZeroAmount());
        require(periods <= MAX_PERIODS, IMinerEscrow.TooManyPeriods(periods, MAX_PERIODS));
        require(firstPeriod > epoch / PERIOD, IMinerEscrow.PeriodStarted());
        amount = perEpoch * PERIOD;
        for (uint256 period = firstPeriod; period < firstPeriod + periods; ++period) {
            _fund(book, period, amount);
            emit IMinerEscrow.RewardsFunded(uint32(period), amount);
        }
        amount *= periods;
    }

    function claim(
        Ledger.Book storage book,
        address node,
        uint256 lastFinal,
        uint256 to
    ) external returns (uint256 amount) {
        Ledger.Node memory its = book.load(node);
        require(its.bondedEpoch != 0, IMinerEscrow.NotNode());
        uint256 from = its.claimedThrough + 1;
        (uint256[2] memory parts, uint256 through) = _earned(book, node, its, lastFinal, to);
        require(through >= from, IMinerEscrow.NothingToClaim());
        its.claimedThrough = through;
        book.save(node, its);
        uint256 period = from / PERIOD;
        // a part is at most its period's pot, which has 128 bits
        book.rewards[period].left -= uint128(parts[0]);
        if (parts[1] != 0) book.rewards[period + 1].left -= uint128(parts[1]);
        amount = parts[0] + parts[1];
        book.credit[node] += amount;
        emit IMinerEscrow.RewardsClaimed(node, uint32(from), uint32(through), amount);
    }

    function preview(
        Ledger.Book storage book,
        address node,
        uint256 lastFinal,
        uint256 to
    ) external view returns (uint256, uint32) {
        (uint256[2] memory parts, uint256 through) = _earned(book, node, book.load(node), lastFinal, to);
        return (parts[0] + parts[1], uint32(through));
    }

    function skip(Ledger.Book storage book, uint256 lastFinal, uint256 to) external {
        Ledger.Node memory its = book.load(msg.sender);
        require(its.bondedEpoch != 0, IMinerEscrow.NotNode());
        if (to > lastFinal) to = lastFinal;
        uint256 from = its.claimedThrough + 1;
        require(to >= from, IMinerEscrow.NothingToClaim());
        its.claimedThrough = to;
        book.save(msg.sender, its);
        emit IMinerEscrow.RewardsClaimed(msg.sender, uint32(from), uint32(to), 0);
    }

    function recycle(Ledger.Book storage book, uint256 epoch, uint256 lastFinal, uint256 period) external {
        require(lastFinal >= (period + 1) * PERIOD + CLAIM_WINDOW, IMinerEscrow.NotRecyclable());
        uint256 amount = book.rewards[period].left;
        delete book.rewards[period];
        _recycle(book, epoch, amount);
    }

    function recyclePot(Ledger.Book storage book, uint256 epoch) external {
        uint256 amount = book.penaltyPot;
        book.penaltyPot = 0;
        _recycle(book, epoch, amount);
    }

    function _fund(Ledger.Book storage book, uint256 period, uint256 amount) private {
        Ledger.Reserve storage reserve = book.rewards[period];
        uint256 pot = reserve.pot + amount;
        require(pot <= type(uint128).max, IMinerEscrow.StakeCapReached());
        reserve.pot = uint128(pot);
        reserve.left += uint128(amount); // left <= pot
    }

    /// @dev A pot is a whole number per epoch; what does not divide waits for the next time.
    function _recycle(Ledger.Book storage book, uint256 epoch, uint256 amount) private {
        require(amount != 0, IMinerEscrow.NotRecyclable());
        amount += book.carry;
        book.carry = amount % PERIOD;
        amount -= amount % PERIOD;
        uint256 period = epoch / PERIOD + 1;
        _fund(book, period, amount);
        emit IMinerEscrow.RewardsRecycled(uint32(period), amount);
    }

    /// @dev What is due from the claim cursor on, at most 64 epochs: of the cursor's period, and of the next one.
    function _earned(
        Ledger.Book storage book,
        address node,
        Ledger.Node memory its,
        uint256 lastFinal,
        uint256 to
    ) private view returns (uint256[2] memory parts, uint256 through) {
        through = its.claimedThrough;
        if (its.bondedEpoch == 0) return (parts, through);
        if (to > lastFinal) to = lastFinal;
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
}
