// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Adjudicator} from "../Adjudicator.sol";
import {DintelToken} from "../DintelToken.sol";
import {MinerEscrow} from "../MinerEscrow.sol";
import {PolicyManager} from "../PolicyManager.sol";
import {IAdjudicator} from "../interfaces/IAdjudicator.sol";
import {IPolicyManager} from "../interfaces/IPolicyManager.sol";
import {Leaf, Leaves} from "../libraries/Leaves.sol";
import {TypedData} from "../libraries/TypedData.sol";
import {Base} from "./Base.sol";
import {Curve} from "./Curve.sol";

/**
 * @notice Challenges of three nodes' leaves in any order: opened, answered, excused, left alone, revoked, paid out. The
 * fuzzer calls these actions; what must hold stands in AdjudicatorInvariants.t.sol. `wrongs` counts what must never be.
 */
contract Courtroom is Base {
    using Curve for Curve.Point;

    uint256 public constant NODES = 3;
    uint256 internal constant BOB = 0xb0b;
    uint256 internal constant BOND = 0.002 ether;

    enum Wrong {
        OpenedWhilePending,
        OpenedLate,
        AnsweredLate,
        AnsweredByStranger,
        TimedOutEarly,
        PunishedThoughExcused,
        SecondPenalty,
        FinalBitVoided,
        BondKept
    }

    Adjudicator public adjudicator;
    mapping(Wrong => uint256) internal wrongs;
    uint256 internal deposited;
    uint256 internal withdrawn;
    uint256 internal openBonds;
    uint256 public answers;
    uint256 internal penalties;
    bytes32 public policyId;
    bool public revoked;
    uint256 private _round;
    mapping(uint256 i => mapping(uint32 epoch => bool)) private _punished;

    bytes private _capsule;
    uint256[6] private _hints;
    Leaf[] private _cohort;
    bytes32[][] private _rows;
    uint32 private _start;

    constructor(DintelToken token_, MinerEscrow escrow_, PolicyManager manager_, Adjudicator adjudicator_) {
        token = token_;
        escrow = escrow_;
        manager = manager_;
        adjudicator = adjudicator_;
        vm.deal(address(this), 1e30);
        _makeCapsule();
    }

    function begin() external {
        for (uint256 i = 0; i < NODES; ++i) {
            _bond(i);
            _beat(i, 8);
        }
        renew();
    }

    function challenger(uint256 i) public pure returns (address) {
        return address(uint160(0xc0ffee00 + (i % 2)));
    }

    /// @notice What the ghosts know of money.
    struct Sums {
        uint256 deposited;
        uint256 withdrawn;
        uint256 openBonds;
        uint256 penalties;
    }

    function sums() external view returns (Sums memory) {
        return Sums(deposited, withdrawn, openBonds, penalties);
    }

    function allWrongs() external view returns (uint256[9] memory counts) {
        for (uint256 k = 0; k < 9; ++k) counts[k] = wrongs[Wrong(k)];
    }

    // ------------------------------------------------------------------ actions

    function wait(uint256 seconds_, bool long) external {
        vm.warp(block.timestamp + 1 + (seconds_ % (long ? 3 * LENGTH : 10)));
    }

    function beat(uint256 i) external {
        vm.prank(_operator(i % NODES));
        try escrow.heartbeat(8) {} catch {}
    }

    /// @dev Another policy for the same nodes, when the last one is over.
    function renew() public {
        for (uint256 i = 0; i < NODES; ++i) if (_isOpen(i)) return;
        if (policyId != 0 && manager.isServable(policyId, block.timestamp)) return;
        delete _cohort;
        _rows = new bytes32[][](0);
        bytes32 terms = keccak256(
            abi.encode(keccak256("sealed"), keccak256("keys"), vm.addr(BOB), uint64(0), bytes32(0))
        );
        Leaf[] memory leaves = _leaves(NODES, keccak256(abi.encode(++_round)));
        for (uint256 i = 0; i < NODES; ++i) {
            leaves[i].terms = terms;
            _cohort.push(leaves[i]);
        }
        _rows = _tree(leaves);
        IPolicyManager.Terms memory draft = IPolicyManager.Terms({
            salt: bytes32(_round),
            root: _root(_rows),
            shares: uint8(NODES),
            rate: 1e9,
            expiresAt: uint40(block.timestamp + 12 * LENGTH)
        });
        (uint256 deposit, uint32 start, ) = manager.quote(draft.rate, draft.shares, draft.expiresAt);
        policyId = manager.createPolicy{value: deposit}(draft, _noNote());
        _start = start;
        revoked = false;
    }

    function revoke() external {
        if (!manager.isServable(policyId, block.timestamp)) return;
        manager.revoke(policyId);
        revoked = true;
    }

    function open(uint256 i, uint256 who, uint256 extra) external {
        i %= NODES;
        uint256 bond = BOND + (extra % BOND);
        IAdjudicator.Opening memory opening = _opening(i);
        bool pending = _isOpen(i);
        bool late = !manager.isServable(policyId, block.timestamp + LENGTH / 2);
        address from = challenger(who);
        vm.deal(from, bond);
        vm.prank(from);
        try adjudicator.openChallenge{value: bond}(opening) {
            if (pending) ++wrongs[Wrong.OpenedWhilePending];
            if (late) ++wrongs[Wrong.OpenedLate];
            deposited += bond;
            openBonds += bond;
        } catch {}
    }

    function answer(uint256 i, bool stranger) external {
        i %= NODES;
        if (!_isOpen(i)) return;
        IAdjudicator.Challenge memory its = adjudicator.challengeOf(policyId, i);
        bytes memory cfrag = new bytes(359);
        bytes32 structHash = TypedData.receipt(policyId, its.leaf, its.epoch, 0, its.capsule, keccak256(cfrag));
        uint256 key = stranger ? 0xbad : _operatorKey(i);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, _digest(address(adjudicator), structHash));
        bytes32 vs = bytes32(uint256(s) | (uint256(v - 27) << 255));
        uint256 before = adjudicator.credit(its.challenger);
        try adjudicator.answer(policyId, i, cfrag, its.epoch, 0, r, vs) {
            if (block.timestamp > its.deadline) ++wrongs[Wrong.AnsweredLate];
            if (stranger) ++wrongs[Wrong.AnsweredByStranger];
            if (adjudicator.credit(its.challenger) - before != its.bond - BOND / 2) ++wrongs[Wrong.BondKept];
            openBonds -= its.bond;
            ++answers;
        } catch {}
    }

    function excuse(uint256 i) external {
        i %= NODES;
        IAdjudicator.Challenge memory its = adjudicator.challengeOf(policyId, i);
        uint256 stake = escrow.slashable(_node(i));
        uint256 before = adjudicator.credit(its.challenger);
        try adjudicator.excuse(policyId, i) {
            if (escrow.slashable(_node(i)) != stake) ++wrongs[Wrong.PunishedThoughExcused];
            if (adjudicator.credit(its.challenger) - before != its.bond) ++wrongs[Wrong.BondKept];
            openBonds -= its.bond;
        } catch {}
    }

    function timeout(uint256 i) external {
        i %= NODES;
        IAdjudicator.Challenge memory its = adjudicator.challengeOf(policyId, i);
        uint256 stake = escrow.slashable(_node(i));
        uint256 before = adjudicator.credit(its.challenger);
        uint32 past = escrow.currentEpoch() - uint32(D) - 1;
        uint256 kept = escrow.activeEpochs(_node(i), past - 20, past);
        bool excused = _isExcused(its);
        try adjudicator.timeout(policyId, i) returns (uint256 penalty) {
            if (block.timestamp <= its.deadline) ++wrongs[Wrong.TimedOutEarly];
            if (excused) ++wrongs[Wrong.PunishedThoughExcused];
            if (penalty != 0 && _punished[i][its.epoch]) ++wrongs[Wrong.SecondPenalty];
            if (escrow.activeEpochs(_node(i), past - 20, past) != kept) ++wrongs[Wrong.FinalBitVoided];
            if (adjudicator.credit(its.challenger) - before != its.bond) ++wrongs[Wrong.BondKept];
            _punished[i][its.epoch] = true;
            openBonds -= its.bond;
            penalties += stake - escrow.slashable(_node(i));
        } catch {}
    }

    function withdraw(uint256 who) external {
        address from = who % 3 == 0 ? _node(who % NODES) : challenger(who);
        uint256 amount = adjudicator.credit(from);
        vm.prank(from);
        try adjudicator.withdraw(address(0xdead)) {
            withdrawn += amount;
        } catch {}
    }

    // ------------------------------------------------------------------ inner

    function _isOpen(uint256 i) internal view returns (bool) {
        return adjudicator.challengeOf(policyId, i).challenger != address(0);
    }

    function _isExcused(IAdjudicator.Challenge memory its) private view returns (bool) {
        IPolicyManager.Policy memory policy = manager.policy(policyId);
        return policy.revoked && policy.expiresAt <= its.deadline;
    }

    function _opening(uint256 i) private view returns (IAdjudicator.Opening memory opening) {
        opening.policyId = policyId;
        opening.leaf = _cohort[i];
        opening.proof = _proof(_rows, i);
        opening.terms.keys = keccak256("keys");
        opening.terms.reader = vm.addr(BOB);
        opening.hints = _hints;
        opening.capsule = _capsule;
        opening.sealedKfrag = "sealed";
        opening.ack.rate = 1e9;
        opening.ack.until = type(uint64).max;
        opening.ack.lastStart = _start;
        opening.ack.epoch = escrow.currentEpoch();
        bytes32 leaf = Leaves.hash(opening.leaf);
        bytes32 ack = TypedData.ack(policyId, leaf, 1e9, type(uint64).max, _start, opening.ack.epoch);
        (opening.ack.r, opening.ack.vs) = _short(_operatorKey(i), ack);
        opening.request.expiresAt = type(uint64).max;
        bytes32[] memory capsules = new bytes32[](1);
        capsules[0] = keccak256(_capsule);
        bytes32 request = TypedData.request(
            policyId,
            leaf,
            opening.leaf.node,
            vm.addr(BOB),
            capsules,
            0,
            0,
            type(uint64).max
        );
        (opening.request.r, opening.request.vs) = _short(BOB, request);
    }

    function _short(uint256 key, bytes32 structHash) private view returns (bytes32, bytes32) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, _digest(address(adjudicator), structHash));
        return (r, bytes32(uint256(s) | (uint256(v - 27) << 255)));
    }

    function _makeCapsule() private {
        (uint256 e, uint256 v) = (uint256(0xe), uint256(0xf));
        Curve.Point memory E = Curve.G().multiply(e);
        Curve.Point memory V = Curve.G().multiply(v);
        bytes memory points = abi.encodePacked(E.encode(), V.encode());
        uint256 h = (uint256(sha256(abi.encodePacked(uint32(14), "CAPSULE_POINTS", points))) % (Curve.N - 1)) + 1;
        uint256 s = addmod(v, mulmod(e, h, Curve.N), Curve.N);
        Curve.Point memory sg = Curve.G().multiply(s);
        Curve.Point memory eh = E.multiply(h);
        _capsule = abi.encodePacked(points, s);
        _hints = [E.y, V.y, sg.x, sg.y, eh.x, eh.y];
    }
}
