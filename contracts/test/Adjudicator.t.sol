// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Adjudicator} from "../Adjudicator.sol";
import {PolicyManager} from "../PolicyManager.sol";
import {IAdjudicator} from "../interfaces/IAdjudicator.sol";
import {IMinerEscrow} from "../interfaces/IMinerEscrow.sol";
import {Leaf, Leaves} from "../libraries/Leaves.sol";
import {TypedData} from "../libraries/TypedData.sol";
import {Base} from "./Base.sol";
import {Curve} from "./Curve.sol";
import {EpochStub} from "./EpochStub.sol";
import {ReencryptionTwin} from "./ReencryptionTwin.sol";

/**
 * @notice An honest answer, changed after it was signed in more than 10,000 ways (256 runs of 40): never guilt. Each change
 * has its guilty twin in the same run: had the node signed the changed bytes, it would be convicted.
 */
contract AdjudicatorTest is Base {
    using Curve for Curve.Point;

    Adjudicator private adjudicator;
    IAdjudicator.Evidence private honest;
    uint256 private constant CHANGES = 40;

    function setUp() public {
        _deployUnwired();
        adjudicator = new Adjudicator(escrow, manager);
        escrow.wire(address(adjudicator));
        _bond(0);
        honest = _honest();
    }

    function testFuzz_neverGuilty(uint256 seed) external {
        uint256 stake = escrow.slashable(_node(0));
        for (uint256 i = 0; i < CHANGES; ++i) {
            uint256 word = uint256(keccak256(abi.encode(seed, i)));
            IAdjudicator.Evidence memory changed = _changed(honest, word);
            (bool judged, IAdjudicator.Verdict verdict) = _evaluate(changed);
            vm.assertTrue(!judged || verdict == IAdjudicator.Verdict.Correct, "an honest node is guilty");
            try adjudicator.convict(changed, 0) {
                vm.assertTrue(false, "an honest node is convicted");
            } catch {}
        }
        vm.assertEq(escrow.slashable(_node(0)), stake, "an honest node lost stake");
    }

    function testFuzz_guiltyTwin(uint256 place, uint8 mask) external {
        place %= 359;
        if (mask == 0) mask = 1;
        IAdjudicator.Evidence memory changed = honest;
        changed.cfrag[place] ^= bytes1(mask);
        ReencryptionTwin.Parts memory parts = ReencryptionTwin.parts(changed.capsule, changed.cfrag);
        (changed.y, changed.products) = ReencryptionTwin.hints(parts);
        _signed(changed);
        (bool judged, IAdjudicator.Verdict verdict) = _evaluate(changed);
        vm.assertTrue(judged && verdict != IAdjudicator.Verdict.Correct, "the twin is guilty");
        uint256 stake = escrow.slashable(_node(0));
        uint256 penalty = adjudicator.convict(changed, 0);
        vm.assertEq(penalty, (stake * 2) / 100, "penalty");
        vm.assertEq(escrow.slashable(_node(0)), stake - penalty, "stake");
        try adjudicator.convict(changed, 0) {
            vm.assertTrue(false, "a second slash for one offence");
        } catch {}
    }

    function test_honestIsCorrect() external view {
        (bool judged, IAdjudicator.Verdict verdict) = _evaluate(honest);
        vm.assertTrue(judged && verdict == IAdjudicator.Verdict.Correct, "correct");
    }

    function test_wiringThatCannotHoldIsRefused() external {
        // an escrow and a manager that count epochs alike, but too short for half of one to be a window
        IMinerEscrow short = IMinerEscrow(address(new EpochStub(1, D)));
        _refuse(short, new PolicyManager(short));
        _refuse(escrow, new PolicyManager(IMinerEscrow(address(new EpochStub(LENGTH + 1, D)))));
        new Adjudicator(escrow, new PolicyManager(escrow));
    }

    function _refuse(IMinerEscrow escrow_, PolicyManager manager_) private {
        try new Adjudicator(escrow_, manager_) {
            vm.assertTrue(false, "accepted");
        } catch (bytes memory reason) {
            vm.assertEq(bytes32(bytes4(reason)), bytes32(IAdjudicator.BadWiring.selector), "BadWiring");
        }
    }

    // ------------------------------------------------------------------ making and changing

    function _evaluate(IAdjudicator.Evidence memory evidence) private view returns (bool, IAdjudicator.Verdict) {
        try adjudicator.evaluate(evidence) returns (IAdjudicator.Verdict verdict) {
            return (true, verdict);
        } catch {
            return (false, IAdjudicator.Verdict.Correct);
        }
    }

    /// @dev Anything at all, after the signature.
    function _changed(
        IAdjudicator.Evidence memory evidence,
        uint256 word
    ) private pure returns (IAdjudicator.Evidence memory) {
        uint256 what = word % 12;
        bytes1 mask = bytes1(uint8(1 + ((word >> 8) % 255)));
        uint256 place = word >> 32;
        if (what == 0) evidence.policyId ^= bytes32(mask);
        if (what == 1) evidence.leaf.index ^= uint8(mask);
        if (what == 2) evidence.leaf.node = address(uint160(place));
        if (what == 3) evidence.leaf.fragment ^= bytes32(mask);
        if (what == 4) evidence.leaf.terms ^= bytes32(mask);
        if (what == 5) evidence.epoch -= uint32(1 + (place % 14));
        if (what == 6) evidence.request ^= bytes32(mask);
        if (what == 7) evidence.r ^= bytes32(mask);
        if (what == 8) evidence.vs ^= bytes32(mask);
        if (what == 9) evidence.y[place % 8] = place % 3 == 0 ? 0 : uint256(keccak256(abi.encode(place)));
        if (what == 10) evidence.capsule[place % 98] ^= mask;
        if (what == 11) {
            evidence.cfrag[place % 359] ^= mask;
            // with hints that fit the changed bytes, so that nothing but the signature stands in the way
            ReencryptionTwin.Parts memory parts = ReencryptionTwin.parts(evidence.capsule, evidence.cfrag);
            (evidence.y, evidence.products) = ReencryptionTwin.hints(parts);
        }
        return evidence;
    }

    function _signed(IAdjudicator.Evidence memory evidence) private view {
        bytes32 structHash = TypedData.receipt(
            evidence.policyId,
            Leaves.hash(evidence.leaf),
            evidence.epoch,
            evidence.request,
            keccak256(evidence.capsule),
            keccak256(evidence.cfrag)
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_operatorKey(0), _digest(address(adjudicator), structHash));
        evidence.r = r;
        evidence.vs = bytes32(uint256(s) | (uint256(v - 27) << 255));
    }

    function _honest() private view returns (IAdjudicator.Evidence memory evidence) {
        uint256 rk = 0x1234567890abcdef1234567890abcdef;
        uint256 tau = 0xfedcba0987654321fedcba0987654321;
        Curve.Point[8] memory points;
        points[0] = Curve.G().multiply(0xe);
        points[1] = Curve.G().multiply(0xf);
        for (uint256 i = 0; i < 2; ++i) {
            points[2 + i] = points[i].multiply(rk);
            points[4 + i] = points[i].multiply(tau);
        }
        points[6] = Curve.U().multiply(rk);
        points[7] = Curve.U().multiply(tau);
        bytes[8] memory encoded;
        for (uint256 i = 0; i < 8; ++i) encoded[i] = points[i].encode();
        uint256 h = ReencryptionTwin.challenge(encoded);
        uint256 z = addmod(tau, mulmod(rk, h, Curve.N), Curve.N);

        evidence.policyId = keccak256("policy");
        evidence.epoch = escrow.currentEpoch();
        evidence.request = keccak256("request");
        evidence.capsule = abi.encodePacked(encoded[0], encoded[1], uint256(5));
        bytes memory first = abi.encodePacked(encoded[2], encoded[3], keccak256("id"), encoded[0]);
        bytes memory second = abi.encodePacked(encoded[4], encoded[5], encoded[6], encoded[7], z);
        evidence.cfrag = abi.encodePacked(first, second, keccak256("r"), keccak256("s"));
        evidence.leaf = Leaf(3, _node(0), ReencryptionTwin.fragment(evidence.cfrag), keccak256("terms"));
        (evidence.y, evidence.products) = ReencryptionTwin.hints(
            ReencryptionTwin.parts(evidence.capsule, evidence.cfrag)
        );
        _signed(evidence);
    }
}
