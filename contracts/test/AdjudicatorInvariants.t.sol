// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Adjudicator} from "../Adjudicator.sol";
import {Base} from "./Base.sol";
import {Courtroom} from "./Courtroom.sol";

/// @notice What holds in the Adjudicator after any sequence of challenges.
contract AdjudicatorInvariants is Base {
    Courtroom private court;
    Adjudicator private adjudicator;

    function setUp() public {
        _deployUnwired();
        adjudicator = new Adjudicator(escrow, manager);
        escrow.wire(address(adjudicator));
        court = new Courtroom(token, escrow, manager, adjudicator);
        token.transfer(address(court), token.totalSupply());
        court.begin();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(court);
    }

    function _credits() private view returns (uint256 sum) {
        for (uint256 i = 0; i < court.NODES(); ++i) sum += adjudicator.credit(_node(i));
        for (uint256 i = 0; i < 2; ++i) sum += adjudicator.credit(court.challenger(i));
    }

    function invariant_A01_everyWeiHasAnOwner() public view {
        vm.assertEq(address(adjudicator).balance, court.openBonds() + _credits(), "A01 balance");
    }

    function invariant_A02_whatCameInIsThereOrWasTaken() public view {
        vm.assertEq(court.deposited(), address(adjudicator).balance + court.withdrawn(), "A02 flow");
    }

    function invariant_A03_openBondsAreThoseOfOpenChallenges() public view {
        uint256 sum = 0;
        for (uint256 i = 0; i < court.NODES(); ++i) sum += adjudicator.challengeOf(court.policyId(), i).bond;
        vm.assertEq(sum, court.openBonds(), "A03 bonds");
    }

    function invariant_A04_penaltiesComeFromStake() public view {
        uint256 sum = court.penalties();
        for (uint256 i = 0; i < court.NODES(); ++i) sum += escrow.slashable(_node(i));
        vm.assertEq(sum, court.NODES() * 4 * MIN_STAKE, "A04 stake");
    }

    function invariant_A05_oneChallengeAtATime() public view {
        _none(Courtroom.Wrong.OpenedWhilePending, "A05");
    }

    function invariant_A06_noChallengeThatCannotEndInTime() public view {
        _none(Courtroom.Wrong.OpenedLate, "A06");
    }

    function invariant_A07_answersOnlyInTimeAndByTheOperator() public view {
        _none(Courtroom.Wrong.AnsweredLate, "A07 late");
        _none(Courtroom.Wrong.AnsweredByStranger, "A07 stranger");
    }

    function invariant_A08_timeoutsOnlyAfterTheDeadline() public view {
        _none(Courtroom.Wrong.TimedOutEarly, "A08");
    }

    function invariant_A09_theExcusedAreNotPunished() public view {
        _none(Courtroom.Wrong.PunishedThoughExcused, "A09");
    }

    function invariant_A10_onePenaltyPerNodeAndEpoch() public view {
        _none(Courtroom.Wrong.SecondPenalty, "A10");
    }

    function invariant_A11_whatIsFinalStays() public view {
        _none(Courtroom.Wrong.FinalBitVoided, "A11");
    }

    function invariant_A12_bondsReturn() public view {
        _none(Courtroom.Wrong.BondKept, "A12");
    }

    /// @dev The actions do what they are named for, so the invariants speak of something.
    function test_everyActionHappens() external {
        court.wait(29, true);
        court.open(0, 0, 5);
        court.open(1, 1, 0);
        court.open(2, 0, 0);
        vm.assertEq(court.openBonds(), 0.006 ether + 5, "opened");
        court.answer(0, true);
        vm.assertEq(court.answers(), 0, "a stranger");
        court.answer(0, false);
        vm.assertEq(court.answers(), 1, "answered");
        court.wait(14, true);
        court.timeout(1);
        vm.assertEq(court.penalties(), 0, "too early");
        court.wait(1, true);
        court.timeout(1);
        vm.assertTrue(court.penalties() != 0, "timed out");
        court.timeout(2);
        vm.assertEq(court.openBonds(), 0, "closed");
        court.open(0, 1, 0);
        court.revoke();
        court.excuse(0);
        vm.assertEq(court.openBonds(), 0, "excused");
        for (uint256 who = 0; who < 6; ++who) court.withdraw(who);
        vm.assertEq(address(adjudicator).balance, 0, "paid out");
        court.renew();
        vm.assertTrue(!court.revoked(), "a new policy");
    }

    function _none(Courtroom.Wrong wrong, string memory what) private view {
        vm.assertEq(court.wrongs(wrong), 0, what);
    }
}
