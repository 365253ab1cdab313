// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Adjudicator} from "../Adjudicator.sol";
import {IAdjudicator} from "../interfaces/IAdjudicator.sol";
import {Base} from "./Base.sol";
import {Courtroom} from "./Courtroom.sol";

/// @notice What holds in the Adjudicator after any sequence of challenges.
contract AdjudicatorInvariants is Base {
    uint256 private constant NODES = 3;

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

    /// @dev One campaign asserts all of them after every call; the failing one says its name.
    function invariant_A01toA12() public view {
        Courtroom.Sums memory its = court.sums();
        uint256 balance = address(adjudicator).balance;
        uint256 credits = 0;
        uint256 bonds = 0;
        uint256 stake = its.penalties;
        bytes32 policyId = court.policyId();
        for (uint256 i = 0; i < NODES; ++i) {
            credits += adjudicator.credit(_node(i));
            bonds += adjudicator.challengeOf(policyId, i).bond;
            stake += escrow.slashable(_node(i));
        }
        for (uint256 i = 0; i < 2; ++i) credits += adjudicator.credit(court.challenger(i));
        _same(balance, its.openBonds + credits, "A01 every wei has an owner");
        _same(its.deposited, balance + its.withdrawn, "A02 what came in is there or was taken");
        _same(bonds, its.openBonds, "A03 open bonds are those of open challenges");
        _same(stake, NODES * 4 * MIN_STAKE, "A04 penalties come from stake");
        // what an action itself saw
        uint256[9] memory wrongs = court.allWrongs();
        _none(wrongs, Courtroom.Wrong.OpenedWhilePending, "A05 one challenge at a time");
        _none(wrongs, Courtroom.Wrong.OpenedLate, "A06 no challenge that cannot end in time");
        _none(wrongs, Courtroom.Wrong.AnsweredLate, "A07 answers only in time");
        _none(wrongs, Courtroom.Wrong.AnsweredByStranger, "A07 answers only by the operator");
        _none(wrongs, Courtroom.Wrong.TimedOutEarly, "A08 timeouts only after the deadline");
        _none(wrongs, Courtroom.Wrong.PunishedThoughExcused, "A09 the excused are not punished");
        _none(wrongs, Courtroom.Wrong.SecondPenalty, "A10 one penalty per node and epoch");
        _none(wrongs, Courtroom.Wrong.FinalBitVoided, "A11 what is final stays");
        _none(wrongs, Courtroom.Wrong.BondKept, "A12 bonds return");
    }

    /// @dev The actions do what they are named for, so the invariants speak of something.
    function test_everyActionHappens() external {
        court.wait(29, true);
        court.open(0, 0, 5);
        court.open(1, 1, 0);
        court.open(2, 0, 0);
        vm.assertEq(court.sums().openBonds, 0.006 ether + 5, "opened");
        court.answer(0, true);
        vm.assertEq(court.answers(), 0, "a stranger");
        court.answer(0, false);
        vm.assertEq(court.answers(), 1, "answered");
        court.wait(14, true);
        court.timeout(1);
        vm.assertEq(court.sums().penalties, 0, "too early");
        court.wait(1, true);
        court.timeout(1);
        vm.assertTrue(court.sums().penalties != 0, "timed out");
        court.timeout(2);
        vm.assertEq(court.sums().openBonds, 0, "closed");
        court.open(0, 1, 0);
        court.revoke();
        court.excuse(0);
        vm.assertEq(court.sums().openBonds, 0, "excused");
        address challenger = court.challenger(0);
        vm.prank(challenger);
        vm.expectRevert(IAdjudicator.WithdrawFailed.selector);
        adjudicator.withdraw(address(0));
        for (uint256 who = 0; who < 6; ++who) court.withdraw(who);
        vm.assertEq(address(adjudicator).balance, 0, "paid out");
        court.renew();
        vm.assertTrue(!court.revoked(), "a new policy");
    }

    function _none(uint256[9] memory wrongs, Courtroom.Wrong wrong, string memory what) private pure {
        _same(wrongs[uint256(wrong)], 0, what);
    }
}
