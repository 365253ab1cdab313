// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MinerEscrow} from "../MinerEscrow.sol";
import {IMinerEscrow} from "../interfaces/IMinerEscrow.sol";
import {Ledger} from "../libraries/Ledger.sol";
import {TypedData} from "../libraries/TypedData.sol";
import {Base} from "./Base.sol";

/**
 * given nobody wired                bond -> NotWired; wire by a stranger, to nobody or twice -> refused
 * given a stake wallet              bond -> weight from the next epoch; less than minStake, twice, bad info -> refused
 * given a bonded node               beat sets bits and lanes; rotate, promise, rate; leave in part or in full
 * given a slashed node              jailed below minStake; bits ahead gone; top-up frees it
 * given a reserve                   claim by weight, skip, recycle; nothing is minted
 */
contract MinerEscrowTest is Base {
    function setUp() public {
        _deploy();
    }

    // ------------------------------------------------------------------ wire

    function test_wireIsOneShotAndTheDeployersAlone() public {
        MinerEscrow fresh = new MinerEscrow(token, _rules());
        vm.prank(_node(1));
        vm.expectRevert(IMinerEscrow.NotDeployer.selector);
        fresh.wire(address(this));
        vm.expectRevert(IMinerEscrow.NotAdjudicator.selector);
        fresh.wire(address(0));
        fresh.wire(address(this));
        vm.expectRevert(IMinerEscrow.AlreadyWired.selector);
        fresh.wire(address(1));
        vm.assertEq(fresh.adjudicator(), address(this), "wired");
    }

    function test_bondBeforeWireIsRefused() public {
        escrow = new MinerEscrow(token, _rules());
        bytes memory consent = _consent(0, _node(0), block.timestamp);
        uint32 epoch = escrow.currentEpoch();
        _fund(_node(0), MIN_STAKE);
        vm.prank(_node(0));
        vm.expectRevert(IMinerEscrow.NotWired.selector);
        escrow.bond(uint128(MIN_STAKE), _operator(0), block.timestamp, consent, epoch, _info());
    }

    function test_rulesThatCannotHoldAreRefused() public {
        IMinerEscrow.Rules memory rules = _rules();
        rules.epochLength = 0;
        _refuse(rules);
        rules = _rules();
        rules.unbonding = 16; // evidenceWindow + D
        _refuse(rules);
        rules.unbonding = 17;
        new MinerEscrow(token, rules);
        rules = _rules();
        rules.unbonding = 4_097;
        _refuse(rules);
        rules = _rules();
        rules.minStake = uint128(1000 * UNIT - 1);
        _refuse(rules);
        rules.minStake = uint128(1000 * UNIT);
        new MinerEscrow(token, rules);
        rules = _rules();
        rules.weightUnit = 0;
        _refuse(rules);
        rules = _rules();
        rules.weightUnit = (1 << 64) + 1;
        rules.minStake = type(uint128).max;
        _refuse(rules);
        rules = _rules();
        rules.unbonding = 100;
        rules.disputeWindow = 8;
        _refuse(rules);
        rules.disputeWindow = 7;
        new MinerEscrow(token, rules);
    }

    function _refuse(IMinerEscrow.Rules memory rules) private {
        try new MinerEscrow(token, rules) {
            revert("accepted");
        } catch (bytes memory reason) {
            vm.assertEq(bytes32(bytes4(reason)), bytes32(IMinerEscrow.BadRules.selector), "BadRules");
        }
    }

    // ------------------------------------------------------------------ bond, topUp, operator

    function test_bondMakesANode() public {
        uint32 epoch = escrow.currentEpoch();
        _bond(0, 0, MIN_STAKE + 5, 10);
        Ledger.Node memory its = _miner(0);
        vm.assertEq(its.operator, _operator(0), "operator");
        vm.assertEq(its.stake, MIN_STAKE + 5, "stake");
        vm.assertEq(its.weight, MIN_STAKE / UNIT, "weight");
        vm.assertEq(its.bondedEpoch, epoch, "bondedEpoch");
        vm.assertEq(its.claimedThrough, epoch, "claimedThrough");
        vm.assertEq(its.availableUntil, epoch + 10, "availableUntil");
        vm.assertEq(its.unbonding + its.exitEpoch + its.unbondReady + its.weightChanges + its.nonce, 0, "rest");
        vm.assertEq(escrow.weightAt(_node(0), epoch), 0, "weighs nothing yet");
        vm.assertEq(escrow.weightAt(_node(0), epoch + 1), MIN_STAKE / UNIT, "weighs from the next epoch");
        vm.assertTrue(escrow.isBonded(_node(0)), "bonded");
        vm.assertTrue(escrow.operatorValid(_node(0), _operator(0), epoch), "operator from now");
        vm.assertTrue(!escrow.operatorValid(_node(0), _operator(0), epoch - 1), "not before");
        vm.assertTrue(!escrow.operatorValid(address(0), _operator(1), epoch), "nobody's operator");
        vm.assertEq(token.balanceOf(address(escrow)), MIN_STAKE + 5, "tokens");
        vm.assertEq(escrow.totalStake(), MIN_STAKE + 5, "total");
    }

    function test_bondBelowMinimumOrTwiceIsRefused() public {
        bytes memory consent = _consent(0, _node(0), block.timestamp);
        uint32 until = escrow.currentEpoch();
        _fund(_node(0), 2 * MIN_STAKE);
        vm.startPrank(_node(0));
        vm.expectRevert(IMinerEscrow.StakeTooSmall.selector);
        escrow.bond(uint128(MIN_STAKE - 1), _operator(0), block.timestamp, consent, until, _info());
        vm.expectRevert(IMinerEscrow.StakeTooSmall.selector);
        escrow.bond(0, _operator(0), block.timestamp, consent, until, _info());
        vm.expectRevert(IMinerEscrow.AvailabilityNotMonotone.selector);
        escrow.bond(uint128(MIN_STAKE), _operator(0), block.timestamp, consent, until - 1, _info());
        vm.expectRevert(abi.encodeWithSelector(IMinerEscrow.AvailabilityTooFar.selector, until + 4_096));
        escrow.bond(uint128(MIN_STAKE), _operator(0), block.timestamp, consent, until + 4_097, _info());
        escrow.bond(uint128(MIN_STAKE), _operator(0), block.timestamp, consent, until + 4_096, _info());
        vm.expectRevert(IMinerEscrow.AlreadyBonded.selector);
        escrow.bond(uint128(MIN_STAKE), _operator(0), block.timestamp, consent, until, _info());
        vm.stopPrank();
    }

    function test_consentIsTheOperatorsForThisNodeInTime() public {
        uint32 until = escrow.currentEpoch();
        _fund(_node(0), MIN_STAKE);
        bytes memory good = _consent(0, _node(0), block.timestamp);
        bytes memory forAnother = _consent(0, _node(1), block.timestamp);
        bytes memory byAnother = _consent(1, _node(0), block.timestamp);
        bytes memory late = _consent(0, _node(0), block.timestamp - 1);
        vm.startPrank(_node(0));
        vm.expectRevert(IMinerEscrow.BadSignature.selector);
        escrow.bond(uint128(MIN_STAKE), _operator(0), block.timestamp, forAnother, until, _info());
        vm.expectRevert(IMinerEscrow.BadSignature.selector);
        escrow.bond(uint128(MIN_STAKE), _operator(0), block.timestamp, byAnother, until, _info());
        vm.expectRevert(IMinerEscrow.ExpiredSignature.selector);
        escrow.bond(uint128(MIN_STAKE), _operator(0), block.timestamp - 1, late, until, _info());
        vm.expectRevert(IMinerEscrow.BadSignature.selector);
        escrow.bond(uint128(MIN_STAKE), _operator(0), block.timestamp, "", until, _info());
        escrow.bond(uint128(MIN_STAKE), _operator(0), block.timestamp, good, until, _info());
        vm.stopPrank();
    }

    function test_operatorServesOneNodeForEver() public {
        _bond(0);
        bytes memory consent = _consent(0, _node(1), block.timestamp);
        uint32 until = escrow.currentEpoch();
        _fund(_node(1), MIN_STAKE);
        vm.prank(_node(1));
        vm.expectRevert(IMinerEscrow.OperatorTaken.selector);
        escrow.bond(uint128(MIN_STAKE), _operator(0), block.timestamp, consent, until, _info());
        // not even its own node can take it back, once left
        _rotate(0, 5);
        consent = _consent(0, _node(0), block.timestamp);
        vm.prank(_node(0));
        vm.expectRevert(IMinerEscrow.OperatorTaken.selector);
        escrow.setOperator(_operator(0), block.timestamp, consent);
    }

    function _rotate(uint256 i, uint256 operator) private {
        bytes memory consent = _consent(operator, _node(i), block.timestamp);
        vm.prank(_node(i));
        escrow.setOperator(_operator(operator), block.timestamp, consent);
    }

    function test_rotationEndsTheOldSpanAndKeepsIt() public {
        _bond(0);
        _skip(3);
        uint32 epoch = escrow.currentEpoch();
        _rotate(0, 10);
        vm.assertTrue(escrow.operatorValid(_node(0), _operator(0), epoch), "old to the end of this epoch");
        vm.assertTrue(!escrow.operatorValid(_node(0), _operator(10), epoch), "new not yet");
        vm.assertTrue(escrow.operatorValid(_node(0), _operator(10), epoch + 1), "new from the next");
        vm.assertTrue(!escrow.operatorValid(_node(0), _operator(0), epoch + 1), "old no more");
        // a second rotation in the same epoch leaves the middle key no epoch at all
        _rotate(0, 11);
        for (uint32 e = epoch - 1; e < epoch + 5; ++e) {
            vm.assertTrue(!escrow.operatorValid(_node(0), _operator(10), e), "never valid");
        }
        vm.prank(_operator(0));
        vm.expectRevert(IMinerEscrow.NotOperator.selector);
        escrow.heartbeat(1);
        vm.prank(_operator(10));
        vm.expectRevert(IMinerEscrow.NotOperator.selector);
        escrow.heartbeat(1);
        _beat(11, 1);
    }

    function test_infoIsBounded() public {
        _bond(0);
        IMinerEscrow.Info memory info = _info();
        info.url = string(new bytes(255));
        info.peerId = new bytes(64);
        vm.prank(_operator(0));
        escrow.setNodeInfo(info); // the operator may, it rotates the encrypting key
        vm.startPrank(_node(0));
        escrow.setNodeInfo(info);
        info.url = string(new bytes(256));
        vm.expectRevert(IMinerEscrow.UrlTooLong.selector);
        escrow.setNodeInfo(info);
        info = _info();
        info.peerId = new bytes(65);
        vm.expectRevert(IMinerEscrow.BadInfo.selector);
        escrow.setNodeInfo(info);
        info = _info();
        info.encryptingKey[0] = 0x04;
        vm.expectRevert(IMinerEscrow.BadInfo.selector);
        escrow.setNodeInfo(info);
        info.encryptingKey = new bytes(32);
        vm.expectRevert(IMinerEscrow.BadInfo.selector);
        escrow.setNodeInfo(info);
        vm.stopPrank();
        vm.expectRevert(IMinerEscrow.NotNode.selector);
        escrow.setNodeInfo(_info());
    }

    function test_topUpRaisesTheWeightOfAnnouncedEpochs() public {
        _bond(0, 0, MIN_STAKE, 10);
        _skip(1);
        _beat(0, 8);
        uint32 epoch = escrow.currentEpoch();
        _fund(address(this), 0);
        token.approve(address(escrow), type(uint256).max);
        escrow.topUp(_node(0), uint128(10 * UNIT + 1));
        vm.assertEq(escrow.weightAt(_node(0), epoch), MIN_STAKE / UNIT, "this epoch keeps its weight");
        for (uint32 e = epoch + 1; e <= epoch + 8; ++e) {
            vm.assertEq(escrow.totalWeight(e), MIN_STAKE / UNIT + 10, "announced epochs weigh more");
        }
        vm.assertEq(escrow.totalWeight(epoch + 9), 0, "no more than announced");
        vm.expectRevert(IMinerEscrow.ZeroAmount.selector);
        escrow.topUp(_node(0), 0);
        vm.expectRevert(IMinerEscrow.NotNode.selector);
        escrow.topUp(_node(1), 1);
    }

    function test_stakeCapHoldsLanes() public {
        IMinerEscrow.Rules memory rules = _rules();
        rules.weightUnit = 1e17;
        rules.minStake = 1e20;
        escrow = new MinerEscrow(token, rules); // cap 429,496,729.6 tokens
        escrow.wire(address(this));
        _bond(0, 0, 400_000_000e18, 10);
        token.approve(address(escrow), type(uint256).max);
        uint256 cap = uint256(1e17) << 32;
        uint128 room = uint128(cap - 400_000_000e18);
        vm.expectRevert(IMinerEscrow.StakeCapReached.selector);
        escrow.topUp(_node(0), room);
        escrow.topUp(_node(0), room - 1);
        vm.assertEq(_miner(0).weight, type(uint32).max, "the largest weight");
        _beat(0, 8);
        for (uint32 k = 1; k <= 8; ++k) {
            vm.assertEq(
                escrow.totalWeight(escrow.currentEpoch() + k),
                type(uint32).max,
                "lane full, neighbours untouched"
            );
        }
        vm.assertEq(escrow.totalWeight(escrow.currentEpoch()), 0, "before");
        vm.assertEq(escrow.totalWeight(escrow.currentEpoch() + 9), 0, "behind");
    }

    function test_promisesOnlyGrow() public {
        _bond(0);
        uint32 epoch = escrow.currentEpoch();
        vm.startPrank(_node(0));
        vm.expectRevert(IMinerEscrow.AvailabilityNotMonotone.selector);
        escrow.extendAvailability(epoch + 10);
        escrow.extendAvailability(epoch + 11);
        vm.expectRevert(abi.encodeWithSelector(IMinerEscrow.AvailabilityTooFar.selector, epoch + 4_096));
        escrow.extendAvailability(epoch + 4_097);
        escrow.setMinRate(type(uint96).max);
        vm.stopPrank();
        vm.assertEq(_miner(0).availableUntil, epoch + 11, "promise");
        vm.assertEq(_miner(0).minRate, type(uint96).max, "rate");
        _skip(20);
        vm.prank(_node(0));
        vm.expectRevert(IMinerEscrow.AvailabilityNotMonotone.selector);
        escrow.extendAvailability(epoch + 12); // past already
        vm.expectRevert(IMinerEscrow.NotNode.selector);
        escrow.extendAvailability(epoch + 30);
    }

    // ------------------------------------------------------------------ heartbeat

    function testFuzz_heartbeatSetsTheNextEpochsOnly(uint8 count, uint16 skip, uint8 again) public {
        _bond(0);
        _skip(uint256(skip) % 600);
        uint32 epoch = escrow.currentEpoch();
        if (count == 0 || count > 8) {
            vm.prank(_operator(0));
            vm.expectRevert(IMinerEscrow.BadLease.selector);
            escrow.heartbeat(count);
            return;
        }
        _beat(0, count);
        uint8 second = uint8((uint256(again) % 8) + 1);
        _beat(0, second);
        uint256 last = count > second ? count : second;
        for (uint32 k = 0; k < 20; ++k) {
            bool want = k >= 1 && k <= last;
            vm.assertTrue(escrow.isActive(_node(0), epoch + k) == want, "bit");
            vm.assertEq(escrow.totalWeight(epoch + k), want ? (MIN_STAKE * 4) / UNIT : 0, "lane");
        }
        vm.assertEq(escrow.activeEpochs(_node(0), epoch, epoch + 19), last, "count");
    }

    function test_heartbeatIsTheOperatorsOnly() public {
        _bond(0);
        vm.prank(_node(0));
        vm.expectRevert(IMinerEscrow.NotOperator.selector);
        escrow.heartbeat(1);
        vm.expectRevert(IMinerEscrow.NotOperator.selector);
        escrow.heartbeat(1);
    }

    function test_heartbeatBySignature() public {
        _bond(0);
        IMinerEscrow.Beat memory beat = IMinerEscrow.Beat({
            node: _node(0),
            firstEpoch: escrow.currentEpoch() + 1,
            count: 4,
            nonce: 0,
            deadline: block.timestamp + 5
        });
        bytes memory good = _signBeat(0, beat);
        bytes memory forged = _signBeat(1, beat);
        vm.expectRevert(IMinerEscrow.BadSignature.selector);
        escrow.heartbeatBySig(beat, forged);
        escrow.heartbeatBySig(beat, good);
        vm.assertEq(escrow.activeEpochs(_node(0), beat.firstEpoch, beat.firstEpoch + 9), 4, "four");
        vm.assertEq(_miner(0).nonce, 1, "nonce");
        vm.expectRevert(IMinerEscrow.BadSignature.selector); // used
        escrow.heartbeatBySig(beat, good);

        // not for another epoch than the next, not after its deadline
        beat.nonce = 1;
        beat.firstEpoch += 1;
        bytes memory early = _signBeat(0, beat);
        vm.expectRevert(IMinerEscrow.BadLease.selector);
        escrow.heartbeatBySig(beat, early);
        beat.firstEpoch -= 1;
        bytes memory late = _signBeat(0, beat);
        vm.warp(beat.deadline + 1);
        vm.expectRevert(IMinerEscrow.ExpiredSignature.selector);
        escrow.heartbeatBySig(beat, late);
        vm.warp(beat.deadline);
        escrow.heartbeatBySig(beat, late);
        // the chain's id is part of what was signed
        beat.nonce = 2;
        bytes memory here = _signBeat(0, beat);
        uint256 id = block.chainid;
        vm.chainId(id + 1);
        vm.expectRevert(IMinerEscrow.BadSignature.selector);
        escrow.heartbeatBySig(beat, here);
        vm.chainId(id);
        escrow.heartbeatBySig(beat, here);
    }

    function test_batchSkipsBadEntries() public {
        _bond(0);
        _bond(1);
        _bond(2);
        IMinerEscrow.Beat[] memory beats = new IMinerEscrow.Beat[](4);
        bytes[] memory signatures = new bytes[](3);
        for (uint256 i = 0; i < 4; ++i) {
            beats[i] = IMinerEscrow.Beat({
                node: _node(i),
                firstEpoch: escrow.currentEpoch() + 1,
                count: i == 1 ? 9 : 2,
                nonce: 0,
                deadline: block.timestamp
            });
            if (i < 3) signatures[i] = _signBeat(i, beats[i]);
        }
        bool[] memory done = escrow.heartbeatBatch(beats, signatures);
        vm.assertTrue(done[0] && !done[1] && done[2] && !done[3], "first and third");
        vm.assertEq(_miner(0).nonce + _miner(2).nonce, 2, "used");
        vm.assertEq(_miner(1).nonce, 0, "a refused one is not used up");
        vm.assertEq(escrow.totalWeight(escrow.currentEpoch() + 2), (8 * MIN_STAKE) / UNIT, "two nodes");
    }

    function _signBeat(uint256 operator, IMinerEscrow.Beat memory beat) private view returns (bytes memory) {
        bytes32 structHash = TypedData.heartbeat(beat.node, beat.firstEpoch, beat.count, beat.nonce, beat.deadline);
        return _sign(_operatorKey(operator), address(escrow), structHash);
    }

    // ------------------------------------------------------------------ leaving

    function test_partialUnbondKeepsMinimum() public {
        _bond(0);
        uint32 epoch = escrow.currentEpoch();
        vm.startPrank(_node(0));
        vm.expectRevert(IMinerEscrow.ZeroAmount.selector);
        escrow.requestUnbond(0);
        vm.expectRevert(IMinerEscrow.InsufficientStake.selector);
        escrow.requestUnbond(uint128(MIN_STAKE * 4 + 1));
        vm.expectRevert(IMinerEscrow.StakeTooSmall.selector);
        escrow.requestUnbond(uint128(MIN_STAKE * 3 + 1));
        escrow.requestUnbond(uint128(MIN_STAKE * 3));
        vm.expectRevert(IMinerEscrow.UnbondPending.selector);
        escrow.requestUnbond(1);
        vm.assertEq(_miner(0).unbondReady, epoch + 21, "ready");
        vm.assertEq(_miner(0).weight, MIN_STAKE / UNIT, "weight");
        vm.assertEq(escrow.slashable(_node(0)), 4 * MIN_STAKE, "still slashable");
        vm.warp(uint256(epoch + 21) * LENGTH - 1);
        vm.expectRevert(abi.encodeWithSelector(IMinerEscrow.StillLocked.selector, epoch + 21));
        escrow.withdrawStake(_node(7));
        vm.warp(uint256(epoch + 21) * LENGTH);
        escrow.withdrawStake(_node(7));
        vm.assertEq(token.balanceOf(_node(7)), 3 * MIN_STAKE, "paid");
        vm.expectRevert(IMinerEscrow.NothingToWithdraw.selector);
        escrow.withdrawStake(_node(7));
        vm.expectRevert(IMinerEscrow.NothingToWithdraw.selector);
        escrow.cancelUnbond();
        vm.stopPrank();
        vm.assertTrue(escrow.isBonded(_node(0)), "works on");
        vm.assertEq(escrow.totalStake(), MIN_STAKE, "total");
    }

    function test_exitWaitsForItsPromise() public {
        _bond(0, 0, MIN_STAKE, 30);
        _beat(0, 8);
        uint32 epoch = escrow.currentEpoch();
        vm.prank(_node(0));
        escrow.requestUnbond(uint128(MIN_STAKE));
        vm.assertEq(_miner(0).unbondReady, epoch + 30 + 21, "availability first");
        vm.assertEq(_miner(0).exitEpoch, epoch, "exit");
        vm.assertEq(escrow.totalWeight(epoch + 3), 0, "no weight");
        vm.assertTrue(escrow.isActive(_node(0), epoch + 3), "but its bits, for fees");
        vm.prank(_operator(0));
        vm.expectRevert(IMinerEscrow.Exiting.selector);
        escrow.heartbeat(1);
        token.approve(address(escrow), 1);
        vm.expectRevert(IMinerEscrow.Exiting.selector);
        escrow.topUp(_node(0), 1);
        vm.startPrank(_node(0));
        vm.expectRevert(IMinerEscrow.Exiting.selector);
        escrow.extendAvailability(epoch + 40);
        escrow.cancelUnbond();
        vm.stopPrank();
        vm.assertEq(escrow.totalWeight(epoch + 3), MIN_STAKE / UNIT, "weight again");
        _beat(0, 1);
    }

    function test_exitWithoutPromiseWaitsForTheLongestLease() public {
        _bond(0, 0, MIN_STAKE, 0);
        uint32 epoch = escrow.currentEpoch();
        vm.prank(_node(0));
        escrow.requestUnbond(uint128(MIN_STAKE));
        vm.assertEq(_miner(0).unbondReady, epoch + 8 + 21, "lease first");
    }

    function test_whoLeftMayComeBackWithItsOperatorOrANewOne() public {
        _bond(0);
        uint32 first = escrow.currentEpoch();
        _skip(2);
        _leave(0);
        vm.assertTrue(!escrow.isBonded(_node(0)), "gone");
        vm.expectRevert(IMinerEscrow.NotNode.selector);
        escrow.topUp(_node(0), 1);
        vm.prank(_operator(0));
        vm.expectRevert(IMinerEscrow.Jail.selector);
        escrow.heartbeat(1);
        uint32 back = escrow.currentEpoch();
        _bond(0, 0, MIN_STAKE, 0);
        vm.assertEq(_miner(0).bondedEpoch, first, "a node since");
        vm.assertEq(escrow.weightAt(_node(0), back), 0, "nothing in between");
        vm.assertEq(escrow.weightAt(_node(0), first + 1), (4 * MIN_STAKE) / UNIT, "what it was");
        vm.assertEq(escrow.weightAt(_node(0), back + 1), MIN_STAKE / UNIT, "what it is");
        _leave(0);
        back = escrow.currentEpoch();
        _bond(0, 3, MIN_STAKE, 0);
        vm.assertTrue(escrow.operatorValid(_node(0), _operator(0), back), "the old key to the end of the epoch");
        vm.assertTrue(escrow.operatorValid(_node(0), _operator(3), back + 1), "then the new one");
        _beat(3, 8);
    }

    function _leave(uint256 i) private {
        uint128 all = uint128(_miner(i).stake);
        vm.prank(_node(i));
        escrow.requestUnbond(all);
        vm.warp(uint256(_miner(i).unbondReady) * LENGTH);
        vm.prank(_node(i));
        escrow.withdrawStake(_node(i));
    }

    // ------------------------------------------------------------------ slash and void

    function _slash(uint256 i, uint256 operator, IMinerEscrow.Offence kind, uint32 epoch) private returns (uint256) {
        return escrow.slash(_node(i), _operator(operator), kind, epoch, address(0xbeef));
    }

    function test_slashIsTheAdjudicatorsAlone() public {
        _bond(0);
        uint32 epoch = escrow.currentEpoch();
        vm.startPrank(_node(0));
        vm.expectRevert(IMinerEscrow.NotAdjudicator.selector);
        escrow.slash(_node(0), _operator(0), IMinerEscrow.Offence.Correctness, epoch, address(0));
        vm.expectRevert(IMinerEscrow.NotAdjudicator.selector);
        escrow.voidEpochs(_node(0), epoch, epoch);
        vm.stopPrank();
    }

    function test_slashTakesItsShareOnceAnEpoch() public {
        _bond(0);
        uint32 epoch = escrow.currentEpoch();
        uint256 penalty = _slash(0, 0, IMinerEscrow.Offence.Correctness, epoch);
        vm.assertEq(penalty, (4 * MIN_STAKE) / 50, "2 %");
        vm.assertEq(escrow.credit(address(0xbeef)), penalty / 5, "a fifth");
        vm.assertEq(escrow.penaltyPot(), penalty - penalty / 5, "the rest");
        vm.assertEq(escrow.totalStake(), 4 * MIN_STAKE - penalty, "total");
        vm.assertTrue(escrow.isJudged(_node(0), IMinerEscrow.Offence.Correctness, epoch), "judged");
        vm.assertTrue(!escrow.isJudged(_node(0), IMinerEscrow.Offence.Liveness, epoch), "not of that");
        vm.expectRevert(IMinerEscrow.AlreadyJudged.selector);
        escrow.slash(_node(0), _operator(0), IMinerEscrow.Offence.Correctness, epoch, address(0));
        uint256 stake = escrow.slashable(_node(0));
        uint256 little = escrow.slash(_node(0), address(0), IMinerEscrow.Offence.Liveness, epoch, address(0));
        vm.assertEq(little, (stake * 25 + 9_999) / 10_000, "rounded up");
        vm.assertEq(escrow.penaltyPot(), penalty - penalty / 5 + little, "no reporter, all to the pot");
        vm.prank(address(0xbeef));
        escrow.withdrawCredit(address(0xcafe));
        vm.assertEq(token.balanceOf(address(0xcafe)), penalty / 5, "drawn");
        vm.prank(address(0xbeef));
        vm.expectRevert(IMinerEscrow.NothingToWithdraw.selector);
        escrow.withdrawCredit(address(0xcafe));
    }

    function test_slashKeepsToTheEvidenceWindowAndTheKeysSpan() public {
        _bond(0);
        uint32 epoch = escrow.currentEpoch();
        vm.expectRevert(IMinerEscrow.NothingToSlash.selector);
        escrow.slash(_node(0), _operator(0), IMinerEscrow.Offence.Correctness, epoch + 1, address(0));
        vm.expectRevert(IMinerEscrow.NotOperator.selector);
        escrow.slash(_node(0), _operator(0), IMinerEscrow.Offence.Correctness, epoch - 1, address(0));
        vm.expectRevert(IMinerEscrow.NotOperator.selector);
        escrow.slash(_node(0), _operator(1), IMinerEscrow.Offence.Correctness, epoch, address(0));
        _rotate(0, 9);
        _skip(14);
        _slash(0, 0, IMinerEscrow.Offence.Correctness, epoch); // the old key, in the window
        _skip(1);
        vm.expectRevert(IMinerEscrow.NothingToSlash.selector);
        escrow.slash(_node(0), _operator(9), IMinerEscrow.Offence.Liveness, epoch, address(0));
        vm.expectRevert(IMinerEscrow.NothingToSlash.selector);
        escrow.slash(_node(5), _operator(9), IMinerEscrow.Offence.Liveness, epoch + 1, address(0));
    }

    function test_historyRampsAndDecays() public {
        _bond(0, 0, 1_000_000e18, 0);
        uint256[7] memory bps = [uint256(200), 400, 800, 1_600, 3_000, 3_000, 3_000];
        for (uint256 i = 0; i < 7; ++i) {
            uint256 stake = escrow.slashable(_node(0));
            uint256 penalty = _slash(0, 0, IMinerEscrow.Offence.Correctness, escrow.currentEpoch());
            vm.assertEq(penalty, (stake * bps[i] + 9_999) / 10_000, "ramp");
            _skip(1);
        }
        vm.assertEq(_miner(0).slashCount, 7, "history");
        _skip(89); // 90 epochs since the last: 7 >> 1
        uint256 before = escrow.slashable(_node(0));
        vm.assertEq(
            _slash(0, 0, IMinerEscrow.Offence.Correctness, escrow.currentEpoch()),
            (before * 1_600 + 9_999) / 10_000,
            "halved"
        );
        vm.assertEq(_miner(0).slashCount, 4, "3 + 1");
        _skip(89);
        before = escrow.slashable(_node(0));
        vm.assertEq(
            _slash(0, 0, IMinerEscrow.Offence.Correctness, escrow.currentEpoch()),
            (before * 3_000 + 9_999) / 10_000,
            "not yet"
        );
        _skip(90 * 16);
        before = escrow.slashable(_node(0));
        vm.assertEq(
            _slash(0, 0, IMinerEscrow.Offence.Correctness, escrow.currentEpoch()),
            (before * 200 + 9_999) / 10_000,
            "forgiven"
        );
    }

    function test_slashReachesWhatIsUnbonding() public {
        _bond(0, 0, MIN_STAKE, 0);
        uint32 epoch = escrow.currentEpoch();
        vm.prank(_node(0));
        escrow.requestUnbond(uint128(MIN_STAKE));
        uint256 penalty = _slash(0, 0, IMinerEscrow.Offence.Correctness, epoch);
        vm.assertEq(penalty, MIN_STAKE / 50, "of all");
        vm.assertEq(_miner(0).unbonding, MIN_STAKE - penalty, "from what leaves");
        vm.prank(_node(0));
        escrow.cancelUnbond();
        vm.assertTrue(!escrow.isBonded(_node(0)), "too little left: jailed");
        vm.prank(_operator(0));
        vm.expectRevert(IMinerEscrow.Jail.selector);
        escrow.heartbeat(1);
        token.approve(address(escrow), penalty);
        escrow.topUp(_node(0), uint128(penalty));
        _beat(0, 1);
    }

    function test_jailVoidsWhatLiesAheadAndTopUpFrees() public {
        _bond(0, 0, MIN_STAKE, 0);
        _bond(1, 1, MIN_STAKE, 0);
        _skip(1);
        _beat(0, 8);
        _beat(1, 8);
        _skip(1);
        uint32 epoch = escrow.currentEpoch();
        uint256 penalty = _slash(0, 0, IMinerEscrow.Offence.Correctness, epoch);
        vm.assertTrue(escrow.isActive(_node(0), epoch), "this epoch stays");
        for (uint32 k = 1; k <= 8; ++k) {
            vm.assertTrue(!escrow.isActive(_node(0), epoch + k), "ahead is gone");
            vm.assertEq(escrow.totalWeight(epoch + k), k < 8 ? MIN_STAKE / UNIT : 0, "only the other");
        }
        vm.assertEq(escrow.totalWeight(epoch), (2 * MIN_STAKE) / UNIT, "now");
        vm.assertEq(escrow.weightAt(_node(0), epoch), MIN_STAKE / UNIT, "weighed");
        vm.assertEq(escrow.weightAt(_node(0), epoch + 1), 0, "weighs nothing");
        token.approve(address(escrow), penalty);
        escrow.topUp(_node(0), uint128(penalty));
        _beat(0, 8);
        vm.assertEq(escrow.totalWeight(epoch + 1), (2 * MIN_STAKE) / UNIT, "back");
    }

    function testFuzz_voidTakesOldWeightsOutOfTheLanes(uint8 raise, uint8 from, uint8 to, uint8 wait) public {
        _bond(0, 0, MIN_STAKE, 0);
        _bond(1, 1, 2 * MIN_STAKE, 0);
        _skip(1);
        _beat(0, 8);
        _beat(1, 8);
        _skip(1);
        if (raise != 0) {
            token.approve(address(escrow), type(uint256).max);
            escrow.topUp(_node(0), uint128(uint256(raise) * UNIT));
        }
        _skip(uint256(wait) % 4);
        uint32 epoch = escrow.currentEpoch();
        uint32 first = epoch - 6 + uint32(from % 20);
        uint32 last = first + uint32(to % 20);
        escrow.voidEpochs(_node(0), first, last);
        for (uint32 e = epoch - 8; e < epoch + 12; ++e) {
            uint256 want = 0;
            if (escrow.isActive(_node(0), e)) want += escrow.weightAt(_node(0), e);
            if (escrow.isActive(_node(1), e)) want += escrow.weightAt(_node(1), e);
            vm.assertEq(escrow.totalWeight(e), want, "lane = sum of weights");
            bool hit = e >= first && e <= last && e + D >= epoch && e <= epoch + 8;
            if (hit) vm.assertTrue(!escrow.isActive(_node(0), e), "voided");
        }
        // what is final stays
        if (escrow.weightAt(_node(1), epoch - 3) != 0) {
            vm.assertTrue(escrow.isActive(_node(0), epoch - 3) == escrow.isActive(_node(1), epoch - 3), "final");
        }
    }

    // ------------------------------------------------------------------ rewards

    function test_rewardsAreSharedByWeight() public {
        _bond(0, 0, MIN_STAKE, 0);
        _bond(1, 1, 3 * MIN_STAKE, 0);
        uint32 period = escrow.currentEpoch() / 64 + 1;
        token.approve(address(escrow), type(uint256).max);
        escrow.fundRewards(period, 2, 1_000);
        vm.expectRevert(IMinerEscrow.PeriodStarted.selector);
        escrow.fundRewards(period - 1, 1, 1_000);
        vm.expectRevert(IMinerEscrow.ZeroAmount.selector);
        escrow.fundRewards(period, 0, 1_000);
        vm.expectRevert(IMinerEscrow.ZeroAmount.selector);
        escrow.fundRewards(period, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IMinerEscrow.TooManyPeriods.selector, 33, 32));
        escrow.fundRewards(period, 33, 1);
        token.approve(address(escrow), 32 * 64);
        escrow.fundRewards(period + 100, 32, 1);

        vm.warp((uint256(period) * 64 - 1) * LENGTH);
        _beat(0, 8);
        _beat(1, 4);
        vm.expectRevert(IMinerEscrow.NotNode.selector);
        escrow.claimRewards(_node(2), type(uint32).max);
        vm.warp((uint256(period) * 64 + 2 + D) * LENGTH); // epochs up to period start + 1 are final
        uint32 start = period * 64;
        (uint256 preview, uint32 through) = escrow.previewReward(_node(0), type(uint32).max);
        vm.assertEq(through, start + 1, "final only");
        vm.assertEq(preview, 500, "two quarters");
        vm.assertEq(escrow.claimRewards(_node(0), type(uint32).max), 500, "claimed");
        vm.expectRevert(IMinerEscrow.NothingToClaim.selector);
        escrow.claimRewards(_node(0), type(uint32).max);
        _skip(70);
        uint256 total = escrow.claimRewards(_node(1), start - 1); // idle epochs before
        vm.assertEq(total, 0, "none");
        vm.assertEq(escrow.claimRewards(_node(1), type(uint32).max), 3_000, "three quarters of four");
        vm.assertEq(escrow.claimRewards(_node(0), type(uint32).max), 500 + 4_000, "two quarters, then alone");
        vm.assertEq(escrow.credit(_node(0)), 5_000, "credit");
        (uint256 pot, uint256 left) = escrow.rewards(period);
        vm.assertEq(pot, 64_000, "pot");
        vm.assertEq(left, 64_000 - 8_000, "left");
    }

    function test_claimSpansTwoPeriodsAtMost64Epochs() public {
        _bond(0, 0, MIN_STAKE, 0);
        uint32 period = escrow.currentEpoch() / 64 + 1;
        token.approve(address(escrow), type(uint256).max);
        escrow.fundRewards(period, 1, 10);
        escrow.fundRewards(period + 1, 1, 7);
        uint32 start = period * 64;
        vm.warp((uint256(start) + 56) * LENGTH);
        _beat(0, 8); // 57 .. 64: one epoch into the next period
        vm.warp((uint256(start) + 200) * LENGTH);
        vm.prank(_node(0));
        escrow.skipRewards(start + 30);
        vm.prank(_node(0));
        vm.expectRevert(IMinerEscrow.NothingToClaim.selector);
        escrow.skipRewards(start + 30);
        vm.assertEq(escrow.claimRewards(_node(0), type(uint32).max), 7 * 10 + 7, "both periods");
        vm.assertEq(_miner(0).claimedThrough, start + 30 + 64, "64 epochs");
        vm.prank(_node(0));
        escrow.skipRewards(type(uint32).max);
        vm.assertEq(_miner(0).claimedThrough, uint256(start) + 200 - D - 1, "never beyond what is final");
    }

    function test_recycleMovesWhatNobodyEarned() public {
        _bond(0, 0, MIN_STAKE, 0);
        uint32 period = escrow.currentEpoch() / 64 + 1;
        token.approve(address(escrow), type(uint256).max);
        escrow.fundRewards(period, 1, 3);
        vm.warp((uint256(period) * 64 - 1) * LENGTH);
        _beat(0, 1);
        vm.warp((uint256(period + 1) * 64 + D + 256) * LENGTH);
        vm.expectRevert(IMinerEscrow.NotRecyclable.selector);
        escrow.recycle(period);
        _skip(1);
        // claimed first: the oldest epochs lie beyond 64
        vm.prank(_node(0));
        escrow.skipRewards(period * 64 - 1);
        vm.assertEq(escrow.claimRewards(_node(0), period * 64), 3, "one epoch");
        escrow.recycle(period);
        (uint256 pot, uint256 left) = escrow.rewards(period);
        vm.assertEq(pot + left, 0, "emptied");
        uint32 next = escrow.currentEpoch() / 64 + 1;
        (pot, left) = escrow.rewards(next);
        vm.assertEq(pot, 128, "two whole per epoch");
        vm.assertEq(left, 128, "left");
        vm.assertEq(escrow.carry(), 3 * 64 - 3 - 128, "the rest waits");
        vm.expectRevert(IMinerEscrow.NotRecyclable.selector);
        escrow.recycle(period);
        vm.expectRevert(IMinerEscrow.NotRecyclable.selector);
        escrow.recyclePot();
        uint256 penalty = escrow.slash(
            _node(0),
            address(0),
            IMinerEscrow.Offence.Liveness,
            escrow.currentEpoch(),
            address(0)
        );
        escrow.recyclePot();
        vm.assertEq(escrow.penaltyPot(), 0, "pot emptied");
        (pot, ) = escrow.rewards(next);
        vm.assertEq(pot + escrow.carry(), 128 + 61 + penalty, "all of it");
    }

    // ------------------------------------------------------------------ bounds that only another token could reach

    function test_weightsOfOneEpochAreOneEntry() public {
        _bond(0);
        _skip(1);
        token.approve(address(escrow), 10 * UNIT);
        for (uint256 i = 1; i <= 3; ++i) {
            escrow.topUp(_node(0), uint128(UNIT));
            vm.assertEq(_miner(0).weightChanges, 1, "one entry");
        }
        vm.assertEq(escrow.weightAt(_node(0), escrow.currentEpoch()), (4 * MIN_STAKE) / UNIT, "still the old weight");
        _skip(1);
        escrow.topUp(_node(0), uint128(UNIT));
        vm.assertEq(_miner(0).weightChanges, 2, "the next epoch's");
    }

    function test_bitsOfWhoLeftEarnNothing() public {
        uint32 period = escrow.currentEpoch() / 64 + 1;
        token.approve(address(escrow), 64 * UNIT);
        escrow.fundRewards(period, 1, uint128(UNIT));
        _bond(0);
        vm.warp(uint256(period) * 64 * LENGTH);
        _beat(0, 8);
        vm.prank(_node(0));
        escrow.requestUnbond(uint128(4 * MIN_STAKE));
        _skip(12);
        vm.assertTrue(escrow.isActive(_node(0), period * 64 + 1), "announced");
        vm.assertEq(escrow.totalWeight(period * 64 + 1), 0, "nobody's weight");
        (uint256 reward, ) = escrow.previewReward(_node(0), type(uint32).max);
        vm.assertEq(reward, 0, "reward");
    }

    function test_aPeriodsRewardsKeepTheirWidth() public {
        uint32 period = escrow.currentEpoch() / 64 + 1;
        vm.expectRevert(IMinerEscrow.StakeCapReached.selector);
        escrow.fundRewards(period, 1, type(uint128).max / 64 + 1);
    }
}
