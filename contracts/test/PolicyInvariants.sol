// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPolicyManager} from "../interfaces/IPolicyManager.sol";
import {InWorld} from "./InWorld.sol";
import {World} from "./World.sol";

/// @notice What holds in PolicyManager after any sequence of anybody's actions.
abstract contract PolicyInvariants is InWorld {
    uint256 internal constant RATE = 1e9;

    function _policiesHold(uint256[12] memory wrongs) internal view {
        World.Cohort[] memory cohorts = world.allCohorts();
        uint256 turn = world.turn();
        uint256 left = 0;
        for (uint256 k = 0; k < cohorts.length; ++k) {
            World.Cohort memory c = cohorts[k];
            IPolicyManager.Policy memory policy = manager.policy(c.id);
            left += policy.left;
            _P02_eachPolicyKeepsItsOwnBooks(c, policy);
            _P05_servableIffLive(c, policy);
            _P06_revokedIsForEver(c, policy);
            _P08_idsBelongToTheirOwners(c, policy);
            _P11_billedRangeIsWithinBounds(policy);
            // the long ones for another third of the policies after each action: books that went wrong stay wrong
            if ((k + turn) % 3 != 0) continue;
            _P03_eachLeafIsPaidForItsActiveSettledEpochs(c, policy);
            _P04_onlyFinalBilledEpochsAreSettled(c, policy);
        }
        _P01_everyWeiHasAnOwner(left);
        // what an action itself saw
        _none(wrongs, World.Wrong.ForeignPolicyTouched, "P07 no call touches another policy");
        _none(wrongs, World.Wrong.RevokeRefused, "P09 an owner can always revoke what lives");
        _none(wrongs, World.Wrong.DearCreate, "P10 create's cost is bounded");
        _none(wrongs, World.Wrong.DearRevoke, "P10 revoke's cost is bounded");
        _none(wrongs, World.Wrong.DearSettle, "P10 settle's cost is bounded");
    }

    function _P01_everyWeiHasAnOwner(uint256 left) private view {
        uint256 sum = left + manager.credit(address(world));
        for (uint256 i = 0; i < 4; ++i) sum += manager.credit(_node(i));
        for (uint256 i = 0; i < 3; ++i) sum += manager.credit(world.ownerAt(i));
        _same(address(manager).balance, sum, "P01 balance");
    }

    function _P02_eachPolicyKeepsItsOwnBooks(World.Cohort memory c, IPolicyManager.Policy memory policy) private pure {
        _same(c.deposited, c.paid + c.refunded + policy.left, "P02 deposit");
    }

    function _P03_eachLeafIsPaidForItsActiveSettledEpochs(
        World.Cohort memory c,
        IPolicyManager.Policy memory policy
    ) private view {
        for (uint256 index = 0; index < c.shares; ++index) {
            uint256 settled = manager.settledEpochs(c.id, index);
            uint256 active =
                settled == 0 ? 0 : escrow.activeEpochs(_node(index), policy.start, policy.start + uint32(settled) - 1);
            (uint256 paid, uint256 refunded) = world.settledOf(c.id, index);
            _same(paid, RATE * active, "P03 paid");
            _same(paid + refunded, RATE * settled, "P03 no epoch twice");
        }
    }

    function _P04_onlyFinalBilledEpochsAreSettled(
        World.Cohort memory c,
        IPolicyManager.Policy memory policy
    ) private view {
        uint32 current = escrow.currentEpoch();
        for (uint256 index = 0; index < c.shares; ++index) {
            uint256 settled = manager.settledEpochs(c.id, index);
            _true(settled <= uint256(policy.end) - policy.start + 1, "P04 billed");
            if (settled != 0) _true(policy.start + settled - 1 + D < current, "P04 final");
        }
    }

    function _P05_servableIffLive(World.Cohort memory c, IPolicyManager.Policy memory policy) private view {
        bool live = !policy.revoked && block.timestamp < policy.expiresAt;
        _true(manager.isServable(c.id, block.timestamp) == live, "P05 servable");
    }

    function _P06_revokedIsForEver(World.Cohort memory c, IPolicyManager.Policy memory policy) private view {
        _true(policy.revoked == c.revoked, "P06 flag");
        if (c.revoked) _true(!manager.isServable(c.id, block.timestamp), "P06 servable again");
    }

    function _P08_idsBelongToTheirOwners(World.Cohort memory c, IPolicyManager.Policy memory policy) private view {
        _true(manager.policyIdOf(c.owner, c.salt) == c.id, "P08 id");
        _true(policy.owner == c.owner, "P08 owner");
        _true(manager.sponsorOf(c.id) == c.sponsor, "P08 sponsor");
    }

    function _P11_billedRangeIsWithinBounds(IPolicyManager.Policy memory policy) private pure {
        _true(policy.end >= policy.start, "P11 at least one epoch");
        _true(uint256(policy.end) - policy.start <= 1_023, "P11 at most 1,024");
    }
}
