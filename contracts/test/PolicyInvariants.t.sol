// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPolicyManager} from "../interfaces/IPolicyManager.sol";
import {Base} from "./Base.sol";
import {World} from "./World.sol";

/// @notice What holds in PolicyManager after any sequence of anybody's actions.
contract PolicyInvariants is Base {
    uint256 internal constant RATE = 1e9;

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

    function _cohort(uint256 k) internal view returns (World.Cohort memory) {
        return world.cohort(k);
    }

    function _none(World.Wrong wrong, string memory what) internal view {
        vm.assertEq(world.wrongs(wrong), 0, what);
    }

    function invariant_P01_everyWeiHasAnOwner() public view {
        uint256 sum = manager.credit(address(world));
        for (uint256 i = 0; i < 4; ++i) sum += manager.credit(_node(i));
        for (uint256 i = 0; i < 3; ++i) sum += manager.credit(world.ownerAt(i));
        for (uint256 k = 0; k < world.cohortCount(); ++k) sum += manager.policy(_cohort(k).id).left;
        vm.assertEq(address(manager).balance, sum, "P01 balance");
    }

    function invariant_P02_eachPolicyKeepsItsOwnBooks() public view {
        for (uint256 k = 0; k < world.cohortCount(); ++k) {
            World.Cohort memory c = _cohort(k);
            vm.assertEq(c.deposited, c.paid + c.refunded + manager.policy(c.id).left, "P02 deposit");
        }
    }

    function invariant_P03_eachLeafIsPaidForItsActiveSettledEpochs() public view {
        for (uint256 k = 0; k < world.cohortCount(); ++k) {
            World.Cohort memory c = _cohort(k);
            IPolicyManager.Policy memory policy = manager.policy(c.id);
            for (uint256 index = 0; index < c.shares; ++index) {
                uint256 settled = manager.settledEpochs(c.id, index);
                uint256 active =
                    settled == 0
                        ? 0
                        : escrow.activeEpochs(_node(index), policy.start, policy.start + uint32(settled) - 1);
                vm.assertEq(world.paidTo(c.id, index), RATE * active, "P03 paid");
                vm.assertEq(
                    world.paidTo(c.id, index) + world.refundedOf(c.id, index),
                    RATE * settled,
                    "P03 no epoch twice"
                );
            }
        }
    }

    function invariant_P04_onlyFinalBilledEpochsAreSettled() public view {
        uint32 current = escrow.currentEpoch();
        for (uint256 k = 0; k < world.cohortCount(); ++k) {
            World.Cohort memory c = _cohort(k);
            IPolicyManager.Policy memory policy = manager.policy(c.id);
            for (uint256 index = 0; index < c.shares; ++index) {
                uint256 settled = manager.settledEpochs(c.id, index);
                vm.assertLe(settled, uint256(policy.end) - policy.start + 1, "P04 billed");
                if (settled != 0) vm.assertTrue(policy.start + settled - 1 + D < current, "P04 final");
            }
        }
    }

    function invariant_P05_servableIffLive() public view {
        for (uint256 k = 0; k < world.cohortCount(); ++k) {
            World.Cohort memory c = _cohort(k);
            IPolicyManager.Policy memory policy = manager.policy(c.id);
            bool live = !policy.revoked && block.timestamp < policy.expiresAt;
            vm.assertTrue(manager.isServable(c.id, block.timestamp) == live, "P05 servable");
        }
    }

    function invariant_P06_revokedIsForEver() public view {
        for (uint256 k = 0; k < world.cohortCount(); ++k) {
            World.Cohort memory c = _cohort(k);
            vm.assertTrue(manager.policy(c.id).revoked == c.revoked, "P06 flag");
            if (c.revoked) vm.assertTrue(!manager.isServable(c.id, block.timestamp), "P06 servable again");
        }
    }

    function invariant_P07_noCallTouchesAnotherPolicy() public view {
        _none(World.Wrong.ForeignPolicyTouched, "P07 another policy");
    }

    function invariant_P08_idsBelongToTheirOwners() public view {
        for (uint256 k = 0; k < world.cohortCount(); ++k) {
            World.Cohort memory c = _cohort(k);
            vm.assertEq(manager.policyIdOf(c.owner, c.salt), c.id, "P08 id");
            vm.assertEq(manager.policy(c.id).owner, c.owner, "P08 owner");
            vm.assertEq(manager.sponsorOf(c.id), c.sponsor, "P08 sponsor");
        }
    }

    function invariant_P09_anOwnerCanAlwaysRevokeWhatLives() public view {
        _none(World.Wrong.RevokeRefused, "P09 revoke refused");
    }

    function invariant_P10_costsAreBounded() public view {
        _none(World.Wrong.DearCreate, "P10 create");
        _none(World.Wrong.DearRevoke, "P10 revoke");
        _none(World.Wrong.DearSettle, "P10 settle");
    }

    function invariant_P11_billedRangeIsWithinBounds() public view {
        for (uint256 k = 0; k < world.cohortCount(); ++k) {
            IPolicyManager.Policy memory policy = manager.policy(_cohort(k).id);
            vm.assertGe(policy.end, policy.start, "P11 at least one epoch");
            vm.assertLe(uint256(policy.end) - policy.start, 1_023, "P11 at most 1,024");
        }
    }
}
