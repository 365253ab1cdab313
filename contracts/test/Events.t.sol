// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMinerEscrow} from "../interfaces/IMinerEscrow.sol";
import {IPolicyManager} from "../interfaces/IPolicyManager.sol";
import {Leaf} from "../libraries/Leaves.sol";
import {Base} from "./Base.sol";

/// @notice Every event of MinerEscrow and PolicyManager, field by field: nodes, watchers and Bob know the chain by them alone.
contract EventsTest is Base {
    uint32 private epoch;
    address private node = _node(0);

    function setUp() public {
        _deploy();
        vm.deal(address(this), 1e30);
        token.approve(address(escrow), type(uint256).max);
        epoch = escrow.currentEpoch();
    }

    function _says() private {
        vm.expectEmit(address(escrow));
    }

    function _tells() private {
        vm.expectEmit(address(manager));
    }

    // ------------------------------------------------------------------ nodes

    function test_bonding() public {
        bytes memory consent = _consent(0, node, block.timestamp);
        IMinerEscrow.Info memory info = _info();
        info.keyNumber = 7;
        info.protocol = 3;
        _fund(node, MIN_STAKE + 5);
        _says();
        emit IMinerEscrow.Bonded(node, _operator(0), MIN_STAKE + 5, epoch + 10);
        _says();
        emit IMinerEscrow.NodeInfoSet(node, info.url, info.encryptingKey, 7, info.peerId, 3);
        vm.prank(node);
        escrow.bond(uint128(MIN_STAKE + 5), _operator(0), block.timestamp, consent, epoch + 10, info);
    }

    function test_aNodesLife() public {
        _bond(0);
        bytes memory consent = _consent(9, node, block.timestamp);

        _says();
        emit IMinerEscrow.ToppedUp(node, 77);
        escrow.topUp(node, 77);
        _says();
        emit IMinerEscrow.MinRateSet(node, 11);
        vm.prank(node);
        escrow.setMinRate(11);
        _says();
        emit IMinerEscrow.AvailabilityExtended(node, epoch + 20);
        vm.prank(node);
        escrow.extendAvailability(epoch + 20);
        _says();
        emit IMinerEscrow.Heartbeat(node, epoch + 1, 3);
        vm.prank(_operator(0));
        escrow.heartbeat(3);
        _says();
        emit IMinerEscrow.OperatorSet(node, _operator(9), epoch + 1);
        vm.prank(node);
        escrow.setOperator(_operator(9), block.timestamp, consent);

        _says();
        emit IMinerEscrow.UnbondRequested(node, UNIT, epoch + 21);
        vm.prank(node);
        escrow.requestUnbond(uint128(UNIT));
        _says();
        emit IMinerEscrow.UnbondCancelled(node);
        vm.prank(node);
        escrow.cancelUnbond();
        uint256 all = 4 * MIN_STAKE + 77;
        _says();
        emit IMinerEscrow.UnbondRequested(node, all, epoch + 20 + 21);
        vm.prank(node);
        escrow.requestUnbond(uint128(all));
        _skip(20 + 21);
        _says();
        emit IMinerEscrow.StakeWithdrawn(node, address(0xdead), all);
        vm.prank(node);
        escrow.withdrawStake(address(0xdead));
        vm.assertEq(token.balanceOf(address(0xdead)), all, "stake");
    }

    function test_penalties() public {
        _bond(0, 0, MIN_STAKE, 10);
        _beat(0, 8);
        uint256 penalty = (MIN_STAKE * 2) / 100;
        _says();
        emit IMinerEscrow.Slashed(node, IMinerEscrow.Offence.Correctness, epoch, penalty, penalty / 5, address(0xbeef));
        _says();
        emit IMinerEscrow.Jailed(node);
        _says();
        emit IMinerEscrow.EpochsVoided(node, epoch + 1, epoch + 8);
        escrow.slash(node, _operator(0), IMinerEscrow.Offence.Correctness, epoch, address(0xbeef));
        _says();
        emit IMinerEscrow.CreditWithdrawn(address(0xbeef), address(0xdead), penalty / 5);
        vm.prank(address(0xbeef));
        escrow.withdrawCredit(address(0xdead));
        vm.assertEq(token.balanceOf(address(0xdead)), penalty / 5, "share");
        vm.assertEq(escrow.credit(address(0xbeef)), 0, "taken once");

        uint256 pot = penalty - penalty / 5;
        _says();
        emit IMinerEscrow.RewardsRecycled(epoch / 64 + 1, pot - (pot % 64));
        escrow.recyclePot();
    }

    function test_rewards() public {
        uint32 period = epoch / 64 + 1;
        _says();
        emit IMinerEscrow.RewardsFunded(period, 64 * 1e18);
        _says();
        emit IMinerEscrow.RewardsFunded(period + 1, 64 * 1e18);
        escrow.fundRewards(period, 2, 1e18);
        vm.warp(uint256(period) * 64 * LENGTH);
        _bond(0);
        _beat(0, 4);
        _skip(10);
        // four epochs of a period for the only node
        uint32 from = period * 64 + 1;
        _says();
        emit IMinerEscrow.RewardsClaimed(node, from, from + 5, 4e18);
        escrow.claimRewards(node, from + 5);
        _says();
        emit IMinerEscrow.RewardsClaimed(node, from + 6, from + 6, 0);
        vm.prank(node);
        escrow.skipRewards(type(uint32).max);
        _skip(500);
        _says();
        emit IMinerEscrow.RewardsRecycled(escrow.currentEpoch() / 64 + 1, 60 * 1e18);
        escrow.recycle(period);
    }

    // ------------------------------------------------------------------ policies

    function test_aPolicysLife() public {
        _bond(0);
        _beat(0, 2);
        Leaf[] memory leaves = _leaves(2, "events");
        bytes32[][] memory rows = _tree(leaves);
        IPolicyManager.Terms memory terms = IPolicyManager.Terms({
            salt: "salt",
            root: _root(rows),
            shares: 2,
            rate: 1e9,
            expiresAt: uint40(block.timestamp + 4 * LENGTH)
        });
        IPolicyManager.Note memory note = IPolicyManager.Note({tag: "tag", envelope: "envelope"});
        bytes32 id = manager.policyIdOf(address(this), terms.salt);
        uint32 end = epoch + 4;

        _tells();
        emit IPolicyManager.PolicyCreated(
            id,
            address(this),
            address(this),
            terms.root,
            2,
            1e9,
            epoch + 1,
            end,
            terms.expiresAt
        );
        _tells();
        emit IPolicyManager.Notice(id, "tag", "envelope");
        manager.createPolicy{value: 8e9}(terms, note);
        _tells();
        emit IPolicyManager.Notice(id, "another", "envelope");
        note.tag = "another";
        manager.notify(id, note);
        _tells();
        emit IPolicyManager.PolicyExtended(id, end + 1, terms.expiresAt + uint40(LENGTH), 2e9);
        manager.extendPolicy{value: 2e9}(id, terms.expiresAt + uint40(LENGTH), 0, "");
        _skip(3);
        _tells();
        emit IPolicyManager.PolicyRevoked(id, epoch + 3, 4e9);
        manager.revoke(id);
        _skip(3);
        // epochs 1 to 3 of the first leaf, whose node was awake in two of them
        _tells();
        emit IPolicyManager.Settled(id, 0, node, 2e9, 1e9, epoch + 3);
        manager.settle(id, leaves[0], _proof(rows, 0));
        _tells();
        emit IPolicyManager.Withdrawn(node, address(0xdead), 2e9);
        vm.prank(node);
        manager.withdraw(address(0xdead));
        _skip(100);
        _tells();
        emit IPolicyManager.PolicyClosed(id, 3e9);
        manager.close(id);
    }
}
