// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ledger} from "../libraries/Ledger.sol";
import {Base} from "./Base.sol";
import {World} from "./World.sol";

/// @notice What holds in MinerEscrow after any sequence of anybody's actions.
contract EscrowInvariants is Base {
    World internal world;

    function setUp() public {
        _deployUnwired();
        world = new World(token, escrow, manager);
        escrow.wire(address(world));
        token.transfer(address(world), token.totalSupply());
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(world);
    }

    function _none(World.Wrong wrong, string memory what) internal view {
        vm.assertEq(world.wrongs(wrong), 0, what);
    }

    function _allCredit() internal view returns (uint256 sum) {
        sum = escrow.credit(world.REPORTER());
        for (uint256 i = 0; i < 4; ++i) sum += escrow.credit(_node(i));
    }

    function _allStake() internal view returns (uint256 sum) {
        for (uint256 i = 0; i < 4; ++i) sum += escrow.slashable(_node(i));
    }

    function _allLeft() internal view returns (uint256 sum) {
        for (uint256 k = 0; k < world.periodCount(); ++k) {
            (, uint256 left) = escrow.rewards(world.periods(k));
            sum += left;
        }
    }

    function invariant_E01_everyTokenHasAnOwner() public view {
        vm.assertEq(
            token.balanceOf(address(escrow)),
            _allStake() + _allCredit() + _allLeft() + escrow.carry() + escrow.penaltyPot(),
            "E01 balance"
        );
    }

    function invariant_E02_totalStakeIsTheSumOfStakes() public view {
        vm.assertEq(escrow.totalStake(), _allStake(), "E02 total");
    }

    function invariant_E03_lanesHoldTheActiveWeights() public view {
        uint32 current = escrow.currentEpoch();
        for (uint32 epoch = current - 6; epoch <= current + 9; ++epoch) {
            uint256 sum = 0;
            for (uint256 i = 0; i < 4; ++i) {
                address node = _node(i);
                if (escrow.isActive(node, epoch)) sum += escrow.weightAt(node, epoch);
            }
            vm.assertEq(escrow.totalWeight(epoch), sum, "E03 lane");
        }
    }

    function invariant_E04_weightFollowsStake() public view {
        for (uint256 i = 0; i < 4; ++i) {
            Ledger.Node memory its = _miner(i);
            vm.assertEq(its.weight, its.stake < 25_000e18 ? 0 : its.stake / 1e18, "E04 weight");
            vm.assertTrue(escrow.isBonded(_node(i)) == (its.weight != 0), "E04 bonded");
        }
    }

    function invariant_E05_oneOperatorPerNodeAndEpoch() public view {
        uint32 current = escrow.currentEpoch();
        uint256 count = world.operatorCount();
        for (uint32 epoch = current - 2; epoch <= current + 2; ++epoch) {
            uint256[4] memory valid;
            for (uint256 k = 0; k < count; ++k) {
                (address node, uint32 from, uint32 to) = escrow.span(world.operators(k));
                if (epoch < from || epoch > to) continue;
                for (uint256 i = 0; i < 4; ++i) if (node == _node(i)) ++valid[i];
            }
            for (uint256 i = 0; i < 4; ++i) vm.assertLe(valid[i], 1, "E05 one at a time");
        }
    }

    function invariant_E06_operatorsNeverChangeTheirNode() public view {
        for (uint256 k = 0; k < world.operatorCount(); ++k) {
            address operator = world.operators(k);
            (address node, , ) = escrow.span(operator);
            vm.assertEq(node, world.servedBy(operator), "E06 node of operator");
        }
    }

    function invariant_E07_finalBitsStay() public view {
        uint32 last = world.frozenThrough();
        for (uint32 epoch = last > 8 ? last - 8 : 0; epoch <= last; ++epoch) {
            if (epoch < world.firstEpoch()) continue;
            for (uint256 i = 0; i < 4; ++i) {
                vm.assertTrue(escrow.isActive(_node(i), epoch) == world.frozenBit(i, epoch), "E07 bit");
            }
        }
    }

    function invariant_E08_pastWeightsStay() public view {
        uint32 last = world.frozenThrough();
        for (uint32 epoch = last > 8 ? last - 8 : 0; epoch <= last; ++epoch) {
            if (epoch < world.firstEpoch()) continue;
            for (uint256 i = 0; i < 4; ++i) {
                vm.assertEq(escrow.weightAt(_node(i), epoch), world.frozenWeight(i, epoch), "E08 weight");
            }
        }
    }

    function invariant_E09_noBitBeyondTheLongestLease() public view {
        uint32 current = escrow.currentEpoch();
        for (uint256 i = 0; i < 4; ++i) {
            vm.assertEq(escrow.activeEpochs(_node(i), current + 9, current + 600), 0, "E09 far bits");
        }
    }

    function invariant_E10_oneSlashPerNodeKindAndEpoch() public view {
        _none(World.Wrong.SecondSlash, "E10 second slash");
    }

    function invariant_E11_penaltiesGoToReportersAndThePot() public view {
        vm.assertLe(world.reported(), world.penalties() / 5, "E11 a fifth at most");
        vm.assertEq(world.penalties(), world.reported() + escrow.penaltyPot() + world.potRecycled(), "E11 sum");
    }

    function invariant_E12_stakeIsWhatCameMinusLeftMinusLost() public view {
        for (uint256 i = 0; i < 4; ++i) {
            vm.assertEq(
                escrow.slashable(_node(i)),
                world.broughtBy(i) - world.takenBy(i) - world.lostBy(i),
                "E12 stake"
            );
        }
    }

    function invariant_E13_noStakeLeavesBeforeItsTime() public view {
        _none(World.Wrong.EarlyWithdrawal, "E13 early withdrawal");
    }

    function invariant_E14_noBeatFromJailOrExit() public view {
        _none(World.Wrong.BeatInJail, "E14 beat in jail");
    }

    function invariant_E15_noSignatureCountsTwice() public view {
        _none(World.Wrong.Replay, "E15 replay");
    }

    function invariant_E16_heartbeatCostIsBounded() public view {
        _none(World.Wrong.DearHeartbeat, "E16 dear heartbeat");
    }

    function invariant_E17_claimCursorMovesForwardOverFinalEpochsOnly() public view {
        _none(World.Wrong.CursorBack, "E17 cursor or preview");
    }

    function invariant_E18_rewardsAreFundedOnesOnly() public view {
        uint256 given = world.funded() + world.potRecycled();
        vm.assertEq(_allLeft() + escrow.carry() + world.claimed(), given, "E18 conservation of rewards");
    }

    function invariant_E19_noPeriodOwesMoreThanItWasGiven() public view {
        for (uint256 k = 0; k < world.periodCount(); ++k) {
            (uint256 pot, uint256 left) = escrow.rewards(world.periods(k));
            vm.assertLe(left, pot, "E19 left");
            vm.assertEq(pot % 64, 0, "E19 whole per epoch");
        }
        vm.assertLe(escrow.carry(), 63, "E19 carry");
    }

    function invariant_E20_slashIsAShareOfWhatIsAtStake() public view {
        _none(World.Wrong.HighSlash, "E20 penalty");
    }

    function invariant_E21_unbondingHasADateAndExitNoWeight() public view {
        uint32 current = escrow.currentEpoch();
        for (uint256 i = 0; i < 4; ++i) {
            Ledger.Node memory its = _miner(i);
            if (its.unbondReady == 0) vm.assertEq(its.unbonding + its.exitEpoch, 0, "E21 nothing without a date");
            if (its.exitEpoch != 0) {
                vm.assertEq(its.stake + its.weight, 0, "E21 exit is whole");
                vm.assertGe(its.unbondReady, its.exitEpoch + 8 + 21, "E21 delay");
                vm.assertLe(its.exitEpoch, current, "E21 past");
            }
        }
    }
}
