// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMinerEscrow} from "../interfaces/IMinerEscrow.sol";
import {Ledger} from "./Ledger.sol";

/**
 * @title Exits
 * @notice Asking stake back, and thinking better of it. What is on its way out stays slashable till it leaves.
 *
 * Linked, not copied, into MinerEscrow: it runs on the escrow's storage, and `this` is the escrow.
 */
library Exits {
    using Ledger for Ledger.Book;

    /// @notice See {IMinerEscrow-requestUnbond}.
    function requestUnbond(uint128 amount) external {
        Ledger.Book storage book = Ledger.book();
        IMinerEscrow.Rules memory rules = IMinerEscrow(address(this)).rules();
        Ledger.Node memory its = book.load(msg.sender);
        require(its.stake | its.unbondReady != 0, IMinerEscrow.NotNode());
        require(its.unbondReady == 0, IMinerEscrow.UnbondPending());
        require(amount != 0, IMinerEscrow.ZeroAmount());
        require(amount <= its.stake, IMinerEscrow.InsufficientStake());
        uint256 epoch = block.timestamp / rules.epochLength;
        uint256 last = epoch;
        its.stake -= amount;
        its.unbonding = amount;
        if (its.stake == 0) {
            its.exitEpoch = epoch;
            // every bit and promise of the node must have passed before its delay begins
            last += Ledger.MAX_LEASE;
            if (its.availableUntil > last) last = its.availableUntil;
        } else {
            require(its.stake >= rules.minStake, IMinerEscrow.StakeTooSmall());
        }
        its.unbondReady = last + rules.unbonding;
        book.commit(msg.sender, its, rules.minStake, rules.weightUnit, epoch);
        emit IMinerEscrow.UnbondRequested(msg.sender, amount, uint32(its.unbondReady));
    }

    /// @notice See {IMinerEscrow-cancelUnbond}.
    function cancelUnbond() external {
        Ledger.Book storage book = Ledger.book();
        IMinerEscrow.Rules memory rules = IMinerEscrow(address(this)).rules();
        Ledger.Node memory its = book.load(msg.sender);
        require(its.unbondReady != 0, IMinerEscrow.NothingToWithdraw());
        its.stake += its.unbonding;
        its.unbonding = 0;
        its.unbondReady = 0;
        its.exitEpoch = 0;
        book.commit(msg.sender, its, rules.minStake, rules.weightUnit, block.timestamp / rules.epochLength);
        emit IMinerEscrow.UnbondCancelled(msg.sender);
    }
}
