// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPolicyManager} from "../interfaces/IPolicyManager.sol";
import {Leaf} from "../libraries/Leaves.sol";
import {TypedData} from "../libraries/TypedData.sol";
import {Base} from "./Base.sol";

/**
 * given no policy        create: exact deposit or one epoch more; bounds of shares, rate and time; sponsor by signature
 * given a live policy    extend by its sponsor; revoke by its owner, at once and once; notify
 * given final epochs     settle by anyone, once, by activity; close long after
 */
contract PolicyManagerTest is Base {
    uint256 private constant OWNER_KEY = 0xa11ce;
    uint96 private constant RATE = 1e9;
    address private owner = vm.addr(OWNER_KEY);

    function setUp() public {
        _deploy();
        vm.deal(address(this), 1e30);
        vm.deal(owner, 1e30);
    }

    function _terms(uint8 shares, uint256 seconds_) private view returns (IPolicyManager.Terms memory) {
        return
            IPolicyManager.Terms({
                salt: keccak256("salt"),
                root: _root(_tree(_leaves(shares, "policy"))),
                shares: shares,
                rate: RATE,
                expiresAt: uint40(block.timestamp + seconds_)
            });
    }

    function _create(uint8 shares, uint256 seconds_) private returns (bytes32 id) {
        IPolicyManager.Terms memory terms = _terms(shares, seconds_);
        (uint256 deposit, , ) = manager.quote(terms.rate, terms.shares, terms.expiresAt);
        vm.prank(owner);
        return manager.createPolicy{value: deposit}(terms, _noNote());
    }

    function _epoch() private view returns (uint256) {
        return block.timestamp / LENGTH;
    }

    // ------------------------------------------------------------------ create

    function testFuzz_depositIsExact(uint8 shares, uint96 rate, uint32 seconds_, uint8 offset) public {
        vm.warp(block.timestamp + (offset % LENGTH));
        IPolicyManager.Terms memory terms = _terms(1, 1);
        terms.shares = uint8((uint256(shares) % 64) + 1);
        terms.rate = uint96((uint256(rate) % 1e12) + 2); // one wei more is never an epoch more
        terms.expiresAt = uint40(block.timestamp + 1 + (uint256(seconds_) % (1_024 * LENGTH)));
        uint256 start = _epoch() + 1;
        uint256 end = (uint256(terms.expiresAt) - 1) / LENGTH;
        if (end < start) end = start;
        uint256 deposit = uint256(terms.rate) * terms.shares * (end - start + 1);
        (uint256 want, uint32 first, uint32 last) = manager.quote(terms.rate, terms.shares, terms.expiresAt);
        vm.assertEq(want, deposit, "quote");
        vm.assertEq(first, start, "start");
        vm.assertEq(last, end, "end");
        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(IPolicyManager.WrongPayment.selector, deposit, deposit - 1));
        manager.createPolicy{value: deposit - 1}(terms, _noNote());
        vm.expectRevert(abi.encodeWithSelector(IPolicyManager.WrongPayment.selector, deposit, deposit + 1));
        manager.createPolicy{value: deposit + 1}(terms, _noNote());
        bytes32 id = manager.createPolicy{value: deposit}(terms, _noNote());
        vm.stopPrank();
        IPolicyManager.Policy memory policy = manager.policy(id);
        vm.assertEq(policy.left, deposit, "left");
        vm.assertEq(policy.start, start, "start");
        vm.assertEq(policy.end, end, "end");
        vm.assertEq(policy.owner, owner, "owner");
        vm.assertEq(manager.sponsorOf(id), owner, "sponsor");
        vm.assertEq(id, keccak256(abi.encode(block.chainid, address(manager), owner, terms.salt)), "id");
        vm.assertTrue(manager.isServable(id, block.timestamp), "from now");
        vm.assertTrue(manager.isServable(id, terms.expiresAt - 1), "to the last second");
        vm.assertTrue(!manager.isServable(id, terms.expiresAt), "and no more");
        vm.assertTrue(!manager.isServable(id, (_epoch() * LENGTH) - 1), "not before it was");
    }

    function test_slipOfOneEpochIsCredited() public {
        IPolicyManager.Terms memory terms = _terms(3, 10 * LENGTH);
        (uint256 deposit, , ) = manager.quote(terms.rate, terms.shares, terms.expiresAt);
        _skip(1);
        vm.startPrank(owner);
        manager.createPolicy{value: deposit}(terms, _noNote());
        vm.assertEq(manager.credit(owner), 3 * uint256(RATE), "one epoch back");
        // not two
        terms.salt = keccak256("other");
        _skip(1);
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyManager.WrongPayment.selector, deposit - 6 * uint256(RATE), deposit)
        );
        manager.createPolicy{value: deposit}(terms, _noNote());
        vm.stopPrank();
    }

    function test_boundsOfCreation() public {
        IPolicyManager.Terms memory terms = _terms(1, LENGTH);
        terms.shares = 0;
        vm.expectRevert(IPolicyManager.NoNodes.selector);
        manager.createPolicy(terms, _noNote());
        terms.shares = 65;
        vm.expectRevert(abi.encodeWithSelector(IPolicyManager.TooManyNodes.selector, 65, 64));
        manager.createPolicy(terms, _noNote());
        terms.shares = 1;
        terms.rate = 0;
        vm.expectRevert(IPolicyManager.RateZero.selector);
        manager.createPolicy(terms, _noNote());
        terms.rate = 1;
        terms.expiresAt = uint40(block.timestamp);
        vm.expectRevert(IPolicyManager.EndInPast.selector);
        manager.createPolicy(terms, _noNote());
        terms.expiresAt = uint40((_epoch() + 1 + 1_024) * LENGTH + 1); // 1,025 epochs
        vm.expectRevert(IPolicyManager.DurationTooLong.selector);
        manager.createPolicy(terms, _noNote());
        terms.expiresAt -= 1;
        manager.createPolicy{value: 1_024}(terms, _noNote());
        vm.expectRevert(IPolicyManager.PolicyExists.selector);
        manager.createPolicy{value: 1_024}(terms, _noNote());
        terms.salt = keccak256("farthest");
        terms.expiresAt = type(uint40).max;
        vm.expectRevert(IPolicyManager.DurationTooLong.selector);
        manager.createPolicy(terms, _noNote());
        // a deposit beyond 96 bits cannot be paid for in ether, and cannot be stored
        terms.expiresAt = uint40(block.timestamp + 500 * LENGTH);
        terms.rate = type(uint96).max;
        (uint256 deposit, , ) = manager.quote(terms.rate, 1, terms.expiresAt);
        vm.deal(address(this), deposit);
        vm.expectRevert();
        manager.createPolicy{value: deposit}(terms, _noNote());
    }

    function test_idsBelongToTheirOwner() public {
        IPolicyManager.Terms memory terms = _terms(1, LENGTH);
        bytes32 mine = manager.createPolicy{value: RATE}(terms, _noNote());
        vm.prank(owner);
        bytes32 theirs = manager.createPolicy{value: RATE}(terms, _noNote());
        vm.assertTrue(mine != theirs, "two ids of one salt");
        vm.assertEq(theirs, manager.policyIdOf(owner, terms.salt), "policyIdOf");
    }

    function test_createPoliciesTakesTheSum() public {
        IPolicyManager.Terms[] memory terms = new IPolicyManager.Terms[](3);
        IPolicyManager.Note[] memory notes = new IPolicyManager.Note[](3);
        uint256 sum = 0;
        for (uint256 i = 0; i < 3; ++i) {
            terms[i] = _terms(uint8(i + 1), (i + 1) * 5 * LENGTH);
            terms[i].salt = keccak256(abi.encode(i));
            (uint256 deposit, , ) = manager.quote(RATE, uint8(i + 1), terms[i].expiresAt);
            sum += deposit;
        }
        vm.expectRevert(abi.encodeWithSelector(IPolicyManager.WrongPayment.selector, sum, sum - 1));
        manager.createPolicies{value: sum - 1}(terms, notes);
        vm.expectRevert(abi.encodeWithSelector(IPolicyManager.WrongPayment.selector, sum, sum + RATE));
        manager.createPolicies{value: sum + RATE}(terms, notes);
        vm.expectRevert(IPolicyManager.LengthMismatch.selector);
        manager.createPolicies{value: sum}(terms, new IPolicyManager.Note[](2));
        vm.expectRevert(IPolicyManager.NoNodes.selector);
        manager.createPolicies{value: sum}(new IPolicyManager.Terms[](0), new IPolicyManager.Note[](0));
        vm.expectRevert(abi.encodeWithSelector(IPolicyManager.TooManyPolicies.selector, 33, 32));
        manager.createPolicies{value: sum}(new IPolicyManager.Terms[](33), new IPolicyManager.Note[](33));
        bytes32[] memory ids = manager.createPolicies{value: sum + 6 * uint256(RATE)}(terms, notes);
        vm.assertEq(ids.length, 3, "three");
        vm.assertEq(manager.credit(address(this)), 6 * uint256(RATE), "an epoch of each");
        vm.assertEq(manager.policy(ids[2]).shares, 3, "third");
    }

    function test_sponsorPaysWithTheOwnersConsent() public {
        IPolicyManager.Terms memory terms = _terms(2, 5 * LENGTH);
        (uint256 deposit, , ) = manager.quote(RATE, 2, terms.expiresAt);
        uint256 deadline = block.timestamp + 10;
        bytes memory good = _consentFor(terms, address(this), deadline);
        bytes memory forOther = _consentFor(terms, address(1), deadline);
        vm.expectRevert(IPolicyManager.BadSignature.selector);
        manager.createPolicyFor{value: deposit}(terms, owner, deadline, forOther, _noNote());
        terms.rate += 1;
        vm.expectRevert(IPolicyManager.BadSignature.selector);
        manager.createPolicyFor{value: deposit}(terms, owner, deadline, good, _noNote());
        terms.rate -= 1;
        vm.warp(deadline + 1);
        vm.expectRevert(IPolicyManager.ExpiredSignature.selector);
        manager.createPolicyFor{value: deposit}(terms, owner, deadline, good, _noNote());
        vm.warp(deadline);
        bytes32 id = manager.createPolicyFor{value: deposit}(terms, owner, deadline, good, _noNote());
        vm.assertEq(manager.sponsorOf(id), address(this), "sponsor");
        vm.assertTrue(manager.policy(id).sponsored, "sponsored");
        vm.expectRevert(IPolicyManager.PolicyExists.selector);
        manager.createPolicyFor{value: deposit}(terms, owner, deadline, good, _noNote());

        // the sponsor lengthens with the owner's word, and is refunded
        uint40 later = terms.expiresAt + uint40(2 * LENGTH);
        bytes memory extension = _sign(OWNER_KEY, address(manager), TypedData.extension(id, later, deadline));
        vm.expectRevert(IPolicyManager.BadSignature.selector);
        manager.extendPolicy{value: 4 * uint256(RATE)}(id, later, deadline, "");
        vm.prank(owner);
        vm.expectRevert(IPolicyManager.NotSponsor.selector);
        manager.extendPolicy{value: 4 * uint256(RATE)}(id, later, deadline, extension);
        manager.extendPolicy{value: 4 * uint256(RATE)}(id, later, deadline, extension);
        vm.expectRevert(IPolicyManager.NotLater.selector);
        manager.extendPolicy(id, later, deadline, extension);
        bytes memory revocation = _sign(OWNER_KEY, address(manager), TypedData.revocation(id, deadline));
        vm.expectRevert(IPolicyManager.NotOwner.selector);
        manager.revoke(id);
        manager.revokeBySig(id, deadline, revocation);
        vm.assertEq(
            manager.credit(address(this)),
            deposit + 4 * uint256(RATE) - 2 * uint256(RATE),
            "all but one epoch"
        );
        vm.assertEq(manager.credit(owner), 0, "not the owner");
        vm.expectRevert(IPolicyManager.AlreadyRevoked.selector);
        manager.revokeBySig(id, deadline, revocation);
    }

    function _consentFor(
        IPolicyManager.Terms memory terms,
        address sponsor,
        uint256 deadline
    ) private view returns (bytes memory) {
        bytes32 structHash = TypedData.policyFor(
            owner,
            sponsor,
            terms.salt,
            terms.root,
            terms.shares,
            terms.rate,
            terms.expiresAt,
            deadline
        );
        return _sign(OWNER_KEY, address(manager), structHash);
    }

    // ------------------------------------------------------------------ extend and revoke

    function testFuzz_extensionPaysForAddedEpochsOnly(uint16 length, uint16 more) public {
        uint256 seconds_ = 1 + (uint256(length) % (200 * LENGTH));
        bytes32 id = _create(3, seconds_);
        IPolicyManager.Policy memory before = manager.policy(id);
        uint40 later = before.expiresAt + 1 + uint40(uint256(more) % (200 * LENGTH));
        uint256 end = (uint256(later) - 1) / LENGTH;
        if (end < before.end) end = before.end;
        uint256 price = 3 * uint256(RATE) * (end - before.end);
        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(IPolicyManager.WrongPayment.selector, price, price + 1));
        manager.extendPolicy{value: price + 1}(id, later, 0, "");
        manager.extendPolicy{value: price}(id, later, 0, "");
        vm.stopPrank();
        IPolicyManager.Policy memory policy = manager.policy(id);
        vm.assertEq(policy.end, end, "end");
        vm.assertEq(policy.expiresAt, later, "expiresAt");
        vm.assertEq(policy.left, before.left + price, "left");
    }

    function test_extensionHasBounds() public {
        bytes32 id = _create(1, 10 * LENGTH);
        uint40 old = manager.policy(id).expiresAt;
        uint256 start = manager.policy(id).start;
        vm.startPrank(owner);
        vm.expectRevert(IPolicyManager.NotLater.selector);
        manager.extendPolicy(id, old, 0, "");
        vm.expectRevert(IPolicyManager.DurationTooLong.selector);
        manager.extendPolicy(id, uint40((start + 1_024) * LENGTH + 1), 0, "");
        vm.expectRevert(IPolicyManager.NoSuchPolicy.selector);
        manager.extendPolicy(bytes32(0), old + 1, 0, "");
        vm.warp(old);
        vm.expectRevert(IPolicyManager.PolicyOver.selector);
        manager.extendPolicy(id, old + 1, 0, "");
        vm.expectRevert(IPolicyManager.PolicyOver.selector);
        manager.revoke(id);
        vm.stopPrank();
    }

    function testFuzz_revokeRefundsUnbegunEpochs(uint8 length, uint16 after_) public {
        uint256 epochs = 1 + (uint256(length) % 50);
        bytes32 id = _create(7, epochs * LENGTH);
        IPolicyManager.Policy memory before = manager.policy(id);
        vm.warp(block.timestamp + (uint256(after_) % (epochs * LENGTH)));
        uint256 end = _epoch() < before.start ? before.start : _epoch();
        if (end > before.end) end = before.end;
        uint256 refund = 7 * uint256(RATE) * (before.end - end);
        vm.expectRevert(IPolicyManager.NotOwner.selector);
        manager.revoke(id);
        vm.prank(owner);
        manager.revoke(id);
        IPolicyManager.Policy memory policy = manager.policy(id);
        vm.assertEq(manager.credit(owner), refund, "refund");
        vm.assertEq(policy.left, before.left - refund, "left");
        vm.assertEq(policy.end, end, "end");
        vm.assertEq(policy.expiresAt, block.timestamp, "when");
        vm.assertTrue(policy.revoked && !manager.isServable(id, block.timestamp - 1), "never again");
        vm.startPrank(owner);
        vm.expectRevert(IPolicyManager.AlreadyRevoked.selector);
        manager.revoke(id);
        vm.expectRevert(IPolicyManager.AlreadyRevoked.selector);
        manager.extendPolicy(id, before.expiresAt + 100, 0, "");
        vm.stopPrank();
    }

    function test_notesAreTheOwnersAndBounded() public {
        bytes32 id = _create(1, LENGTH);
        IPolicyManager.Note memory note = IPolicyManager.Note({tag: "tag", envelope: new bytes(512)});
        vm.expectRevert(IPolicyManager.NotOwner.selector);
        manager.notify(id, note);
        vm.startPrank(owner);
        manager.notify(id, note);
        note.envelope = new bytes(513);
        vm.expectRevert(IPolicyManager.NoteTooLong.selector);
        manager.notify(id, note);
        vm.expectRevert(IPolicyManager.NoSuchPolicy.selector);
        manager.notify(bytes32(0), note);
        vm.stopPrank();
    }

    // ------------------------------------------------------------------ leaves

    function testFuzz_leafCountsAtItsPlaceOnly(uint8 count, uint8 place, uint8 other) public {
        uint256 shares = 1 + (uint256(count) % 64);
        Leaf[] memory leaves = _leaves(shares, "policy");
        bytes32[][] memory rows = _tree(leaves);
        bytes32 id = _create(uint8(shares), LENGTH);
        uint256 index = uint256(place) % shares;
        bytes32[] memory proof = _proof(rows, index);
        Leaf memory leaf = leaves[index];
        vm.assertTrue(manager.verifyLeaf(id, leaf, proof), "leaf");
        uint256 wrong = uint256(other);
        if (wrong != index) {
            leaf.index = wrong;
            vm.assertTrue(!manager.verifyLeaf(id, leaf, proof), "another place");
            leaf.index = index;
        }
        leaf.node = address(uint160(leaf.node) ^ 1);
        vm.assertTrue(!manager.verifyLeaf(id, leaf, proof), "another node");
        leaf.node = address(uint160(leaf.node) ^ 1);
        leaf.terms = ~leaf.terms;
        vm.assertTrue(!manager.verifyLeaf(id, leaf, proof), "other terms");
        leaf.terms = ~leaf.terms;
        leaf.fragment = ~leaf.fragment;
        vm.assertTrue(!manager.verifyLeaf(id, leaf, proof), "another fragment");
        leaf.fragment = ~leaf.fragment;
        bytes32[] memory longer = new bytes32[](proof.length + 1);
        for (uint256 i = 0; i < proof.length; ++i) longer[i] = proof[i];
        vm.assertTrue(!manager.verifyLeaf(id, leaf, longer), "long proof");
        if (proof.length > 0) vm.assertTrue(!manager.verifyLeaf(id, leaf, new bytes32[](proof.length - 1)), "short");
        vm.assertTrue(!manager.verifyLeaf(keccak256("none"), leaf, proof), "no policy");
    }

    // ------------------------------------------------------------------ settle, close, withdraw

    function testFuzz_settlePaysActiveEpochs(uint8 length, uint8 steps, uint64 seed) public {
        _bond(0);
        _bond(1);
        uint256 epochs = 1 + (uint256(length) % 60);
        bytes32 id = _create(3, epochs * LENGTH);
        IPolicyManager.Policy memory policy = manager.policy(id);
        Leaf[] memory leaves = _leaves(3, "policy");
        bytes32[][] memory rows = _tree(leaves);
        uint256 rounds = 1 + (uint256(steps) % 20);
        for (uint256 i = 0; i < rounds; ++i) {
            seed = uint64(uint256(keccak256(abi.encode(seed))));
            if (seed % 3 != 0) _beat(0, uint8(1 + (seed % 8)));
            if (seed % 5 == 0) _beat(1, uint8(1 + ((seed >> 8) % 8)));
            _skip(1 + ((seed >> 16) % 6));
            for (uint256 k = 0; k < 3; ++k) {
                if ((seed >> (20 + k)) & 1 == 1) _settleIfDue(id, leaves[k], _proof(rows, k));
            }
        }
        _skip(epochs + D + 1);
        for (uint256 k = 0; k < 3; ++k) _settleIfDue(id, leaves[k], _proof(rows, k));
        uint256 active0 = escrow.activeEpochs(_node(0), policy.start, policy.end);
        uint256 active1 = escrow.activeEpochs(_node(1), policy.start, policy.end);
        vm.assertEq(manager.credit(_node(0)), RATE * active0, "node 0");
        vm.assertEq(manager.credit(_node(1)), RATE * active1, "node 1");
        vm.assertEq(manager.credit(_node(2)), 0, "node 2 never bonded");
        vm.assertEq(manager.credit(owner), policy.left - RATE * (active0 + active1), "the rest");
        vm.assertEq(manager.policy(id).left, 0, "nothing left");
        vm.expectRevert(IPolicyManager.NothingToSettle.selector);
        manager.settle(id, leaves[0], _proof(rows, 0));
    }

    function _settleIfDue(bytes32 id, Leaf memory leaf, bytes32[] memory proof) private {
        (uint256 paid, uint256 refunded, uint32 through) = manager.previewSettle(id, leaf);
        uint256 node = manager.credit(leaf.node);
        uint256 sponsor = manager.credit(owner);
        if (through == 0) {
            vm.expectRevert(IPolicyManager.NothingToSettle.selector);
            manager.settle(id, leaf, proof);
        } else {
            vm.assertTrue(through + D < _epoch(), "final only");
            manager.settle(id, leaf, proof);
            vm.assertEq(manager.settledEpochs(id, leaf.index), through - manager.policy(id).start + 1, "cursor");
        }
        vm.assertEq(manager.credit(leaf.node) - node, paid, "preview of fee");
        vm.assertEq(manager.credit(owner) - sponsor, refunded, "preview of refund");
    }

    function test_settleManyPassesOverWhatIsSettled() public {
        bytes32 id = _create(2, LENGTH);
        Leaf[] memory leaves = _leaves(2, "policy");
        bytes32[][] memory rows = _tree(leaves);
        _skip(D + 3);
        IPolicyManager.Settlement[] memory list = new IPolicyManager.Settlement[](2);
        for (uint256 i = 0; i < 2; ++i) {
            list[i] = IPolicyManager.Settlement({policyId: id, leaf: leaves[i], proof: _proof(rows, i)});
        }
        manager.settle(id, leaves[0], _proof(rows, 0));
        manager.settleMany(list);
        vm.expectRevert(IPolicyManager.NothingToSettle.selector);
        manager.settleMany(list);
        list[1].proof = list[0].proof;
        vm.expectRevert(IPolicyManager.BadLeafProof.selector);
        manager.settleMany(list);
        vm.expectRevert(IPolicyManager.BadLeafProof.selector);
        manager.settle(id, leaves[1], list[1].proof);
        vm.expectRevert(IPolicyManager.NoSuchPolicy.selector);
        manager.settle(bytes32(0), leaves[0], _proof(rows, 0));
    }

    function test_closeReturnsWhatNobodySettled() public {
        bytes32 id = _create(4, 3 * LENGTH);
        Leaf[] memory leaves = _leaves(4, "policy");
        bytes32[][] memory rows = _tree(leaves);
        uint256 end = manager.policy(id).end;
        vm.warp((end + D + 90) * LENGTH);
        manager.settle(id, leaves[2], _proof(rows, 2));
        uint256 left = manager.policy(id).left;
        vm.expectRevert(IPolicyManager.NotClosable.selector);
        manager.close(id);
        _skip(1);
        uint256 before = manager.credit(owner);
        manager.close(id);
        vm.assertEq(manager.credit(owner) - before, left, "refund");
        vm.expectRevert(IPolicyManager.NotClosable.selector);
        manager.close(id);
        vm.expectRevert(IPolicyManager.NothingToSettle.selector);
        manager.settle(id, leaves[0], _proof(rows, 0));
        vm.expectRevert(IPolicyManager.NoSuchPolicy.selector);
        manager.close(bytes32(0));
    }

    function test_withdrawPaysTheSenderOnce() public {
        bytes32 id = _create(1, 10 * LENGTH);
        vm.startPrank(owner);
        manager.revoke(id);
        uint256 amount = manager.credit(owner);
        vm.expectRevert(IPolicyManager.WithdrawFailed.selector);
        manager.withdraw(address(0));
        vm.expectRevert(IPolicyManager.WithdrawFailed.selector);
        manager.withdraw(address(token)); // takes no ether
        manager.withdraw(address(0xcafe));
        vm.assertEq(address(0xcafe).balance, amount, "paid");
        vm.expectRevert(IPolicyManager.NothingToWithdraw.selector);
        manager.withdraw(owner);
        vm.stopPrank();
    }
}
