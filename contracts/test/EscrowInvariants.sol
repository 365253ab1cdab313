// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ledger} from "../libraries/Ledger.sol";
import {InWorld} from "./InWorld.sol";
import {World} from "./World.sol";

/// @notice What holds in MinerEscrow after any sequence of anybody's actions.
abstract contract EscrowInvariants is InWorld {
    struct Seen {
        uint32 current;
        uint256 turn;
        Ledger.Node[4] nodes;
        World.Sums sums;
        uint256 pot;
        uint256 carry;
        uint256 left;
    }

    function _escrowHolds(uint256[12] memory wrongs) internal view {
        Seen memory its = _look();
        _E01_everyTokenHasAnOwner(its);
        _E02_totalStakeIsTheSumOfStakes(its);
        _E03_lanesHoldTheActiveWeights(its);
        _E04_weightFollowsStake(its);
        _E05_oneOperatorPerNodeAndEpoch_E06_forEver(its);
        _E07_finalBitsStay_E08_andPastWeights(its);
        _E09_noBitBeyondTheLongestLease(its);
        _E11_penaltiesGoToReportersAndThePot(its);
        _E12_stakeIsWhatCameMinusLeftMinusLost(its);
        _E18_rewardsAreFundedOnesOnly(its);
        _E21_unbondingHasADateAndExitNoWeight(its);
        // what an action itself saw
        _none(wrongs, World.Wrong.SecondSlash, "E10 one slash per node, kind and epoch");
        _none(wrongs, World.Wrong.EarlyWithdrawal, "E13 no stake leaves before its time");
        _none(wrongs, World.Wrong.BeatInJail, "E14 no beat from jail or exit");
        _none(wrongs, World.Wrong.Replay, "E15 no signature counts twice");
        _none(wrongs, World.Wrong.DearHeartbeat, "E16 heartbeat's cost is bounded");
        _none(wrongs, World.Wrong.CursorBack, "E17 the claim cursor moves forward, over final epochs, as previewed");
        _none(wrongs, World.Wrong.HighSlash, "E20 a slash is a share of what is at stake");
    }

    function _look() private view returns (Seen memory its) {
        its.current = escrow.currentEpoch();
        its.turn = world.turn();
        for (uint256 i = 0; i < 4; ++i) its.nodes[i] = _miner(i);
        its.sums = world.sums();
        its.pot = escrow.penaltyPot();
        its.carry = escrow.carry();
        its.left = _E19_noPeriodOwesMoreThanItWasGiven();
        _true(its.carry < 64, "E19 carry");
    }

    function _stake(Seen memory its) private pure returns (uint256 sum) {
        for (uint256 i = 0; i < 4; ++i) sum += its.nodes[i].stake + its.nodes[i].unbonding;
    }

    function _E01_everyTokenHasAnOwner(Seen memory its) private view {
        uint256 sum = _stake(its) + its.left + its.carry + its.pot + escrow.credit(address(0xbeef));
        for (uint256 i = 0; i < 4; ++i) sum += escrow.credit(_node(i));
        _same(token.balanceOf(address(escrow)), sum, "E01 every token has an owner");
    }

    function _E02_totalStakeIsTheSumOfStakes(Seen memory its) private view {
        _same(escrow.totalStake(), _stake(its), "E02 total stake");
    }

    /// @dev Of sixteen epochs another four after each action: a lane that went wrong stays wrong.
    function _E03_lanesHoldTheActiveWeights(Seen memory its) private view {
        uint32 first = its.current - 6 + uint32(its.turn % 4);
        for (uint32 epoch = first; epoch < first + 16; epoch += 4) {
            uint256 sum = 0;
            for (uint256 i = 0; i < 4; ++i) {
                if (escrow.isActive(_node(i), epoch)) sum += escrow.weightAt(_node(i), epoch);
            }
            _same(escrow.totalWeight(epoch), sum, "E03 lane");
        }
    }

    function _E04_weightFollowsStake(Seen memory its) private view {
        for (uint256 i = 0; i < 4; ++i) {
            Ledger.Node memory node = its.nodes[i];
            _same(node.weight, node.stake < MIN_STAKE ? 0 : node.stake / UNIT, "E04 weight follows stake");
            _true(escrow.isBonded(_node(i)) == (node.weight != 0), "E04 bonded");
        }
    }

    function _E05_oneOperatorPerNodeAndEpoch_E06_forEver(Seen memory its) private view {
        (address[] memory operators, address[] memory employers) = world.staff();
        uint256[4][5] memory valid;
        for (uint256 k = 0; k < operators.length; ++k) {
            (address node, uint32 from, uint32 to) = escrow.span(operators[k]);
            _true(node == employers[k], "E06 operators never change their node");
            for (uint32 e = 0; e < 5; ++e) {
                if (its.current + e < from + 2 || its.current + e > uint256(to) + 2) continue;
                ++valid[e][uint160(node) - uint160(_node(0))];
            }
        }
        for (uint256 e = 0; e < 5; ++e)
            for (uint256 i = 0; i < 4; ++i) _true(valid[e][i] < 2, "E05 one operator per node and epoch");
    }

    /// @dev Another of the last nine final epochs after each action: what changed in the past stays changed.
    function _E07_finalBitsStay_E08_andPastWeights(Seen memory its) private view {
        uint32 epoch = world.frozenThrough() - uint32(its.turn % 9);
        if (epoch < world.firstEpoch()) return;
        for (uint256 i = 0; i < 4; ++i) {
            (bool bit, uint256 weight) = world.frozen(i, epoch);
            _true(escrow.isActive(_node(i), epoch) == bit, "E07 final bits stay");
            _same(escrow.weightAt(_node(i), epoch), weight, "E08 past weights stay");
        }
    }

    function _E09_noBitBeyondTheLongestLease(Seen memory its) private view {
        uint256 i = its.turn % 4;
        _same(escrow.activeEpochs(_node(i), its.current + 9, its.current + 600), 0, "E09 no bit beyond a lease");
    }

    function _E11_penaltiesGoToReportersAndThePot(Seen memory its) private pure {
        World.Sums memory sums = its.sums;
        _true(sums.reported <= sums.penalties / 5, "E11 a fifth to reporters at most");
        _same(sums.penalties, sums.reported + its.pot + sums.potRecycled, "E11 the rest to the pot");
    }

    function _E12_stakeIsWhatCameMinusLeftMinusLost(Seen memory its) private pure {
        for (uint256 i = 0; i < 4; ++i)
            _same(its.nodes[i].stake + its.nodes[i].unbonding, its.sums.stakes[i], "E12 stake is what came and stayed");
    }

    function _E18_rewardsAreFundedOnesOnly(Seen memory its) private pure {
        uint256 given = its.sums.funded + its.sums.potRecycled;
        _same(its.left + its.carry + its.sums.claimed, given, "E18 conservation of rewards");
    }

    function _E19_noPeriodOwesMoreThanItWasGiven() private view returns (uint256 sum) {
        uint32[] memory periods = world.allPeriods();
        for (uint256 k = 0; k < periods.length; ++k) {
            (uint256 pot, uint256 left) = escrow.rewards(periods[k]);
            _true(left <= pot, "E19 no period owes more than it was given");
            _same(pot % 64, 0, "E19 whole per epoch");
            sum += left;
        }
    }

    function _E21_unbondingHasADateAndExitNoWeight(Seen memory its) private pure {
        for (uint256 i = 0; i < 4; ++i) {
            Ledger.Node memory node = its.nodes[i];
            if (node.unbondReady == 0) _same(node.unbonding + node.exitEpoch, 0, "E21 nothing without a date");
            if (node.exitEpoch == 0) continue;
            _same(node.stake + node.weight, 0, "E21 exit is whole");
            _true(node.unbondReady >= node.exitEpoch + 8 + 21, "E21 delay");
            _true(node.exitEpoch <= its.current, "E21 past");
        }
    }
}
