// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAdjudicator} from "../interfaces/IAdjudicator.sol";
import {Curve} from "./Curve.sol";
import {ReencryptionHarness} from "./ReencryptionHarness.sol";
import {ReencryptionTwin} from "./ReencryptionTwin.sol";
import {Vm} from "./Vm.sol";

/// @notice The verifier against its plain twin, on honest, forged and spoilt answers and hints.
contract ReencryptionProofTest {
    using Curve for Curve.Point;

    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    ReencryptionHarness private immutable harness = new ReencryptionHarness();

    // ------------------------------------------------------------------ whole answers

    /// hardhat-config: fuzz.runs = 96
    function testFuzz_judgesAsItsTwin(uint256 seed, uint256 what, uint256 place, uint256 value) external view {
        IAdjudicator.Evidence memory evidence = _answer(seed, what % 16, place, value);
        ReencryptionTwin.Judgement memory twin = ReencryptionTwin.judge(evidence);
        _same(evidence, twin);
        if (what % 16 == 0) vm.assertTrue(twin.refusal == 0 && uint256(twin.verdict) == 0, "honest is correct");
        if (what % 16 == 1) vm.assertEq(uint256(twin.verdict), 1, "another rk is another commitment");
        if (what % 16 >= 2 && what % 16 <= 6) {
            // e1, v1, e2, v2, u2 moved alone
            uint256[5] memory equation = [uint256(4), 5, 4, 5, 6];
            vm.assertEq(uint256(twin.verdict), equation[(what % 16) - 2], "one equation is false");
        }
    }

    function _same(IAdjudicator.Evidence memory evidence, ReencryptionTwin.Judgement memory twin) private view {
        try harness.judge(evidence) returns (IAdjudicator.Verdict verdict) {
            vm.assertEq(uint32(twin.refusal), 0, "the twin refuses");
            vm.assertEq(uint256(verdict), uint256(twin.verdict), "verdict");
        } catch (bytes memory reason) {
            vm.assertTrue(twin.refusal != 0 && bytes4(reason) == twin.refusal, "refusal");
            if (twin.refusal != IAdjudicator.BadHint.selector) return;
            vm.assertEq(keccak256(reason), keccak256(abi.encodeWithSelector(twin.refusal, twin.which)), "which hint");
        }
    }

    struct Recipe {
        uint256 rk;
        uint256 tau;
        Curve.Point[8] points; // E, V, E1, V1, E2, V2, U1, U2
    }

    /// @dev 0 honest; 1 another rk; 2..6 one point moved; 7 a byte spoilt, of the leaf too; 8 a byte spoilt; 9 z; 10, 11 hints
    /// of y; 12, 13 products; 14 the capsule; 15 a point replaced by arbitrary bytes
    function _answer(
        uint256 seed,
        uint256 what,
        uint256 place,
        uint256 value
    ) private pure returns (IAdjudicator.Evidence memory evidence) {
        Recipe memory its = _recipe(seed);
        bytes32 honest = ReencryptionTwin.fragment(_cfrag(its, seed));
        if (what == 1) {
            its.rk = _scalar(seed, "another");
            _fill(its);
        }
        if (what >= 2 && what <= 6) {
            uint256 moved = [uint256(2), 3, 4, 5, 7][what - 2];
            its.points[moved] = its.points[moved].add(Curve.G().multiply(_scalar(value, "shift")));
        }
        evidence.capsule = _capsule(its, seed);
        evidence.cfrag = _cfrag(its, seed);
        if (what == 7 || what == 8) evidence.cfrag[place % 359] ^= bytes1(uint8(1 + (value % 255)));
        if (what == 9) _put(evidence.cfrag, 263, abi.encode(_edge(value)));
        if (what == 14) evidence.capsule[place % 66] ^= bytes1(uint8(1 + (value % 255)));
        if (what == 15) {
            uint256 start = [uint256(0), 33, 131, 164, 197, 230][place % 6];
            _put(evidence.cfrag, start, abi.encodePacked(uint8(2 + (place % 2)), _edge(value)));
        }
        bool leafToo = what == 7 || what == 15;
        evidence.leaf.fragment = leafToo ? ReencryptionTwin.fragment(evidence.cfrag) : honest;

        ReencryptionTwin.Parts memory parts = ReencryptionTwin.parts(evidence.capsule, evidence.cfrag);
        (evidence.y, evidence.products) = ReencryptionTwin.hints(parts);
        if (what == 10) evidence.y[place % 8] = _edge(value);
        if (what == 11) evidence.y[place % 8] = Curve.P - evidence.y[place % 8];
        if (what == 12) evidence.products[place % 12] = _edge(value);
        if (what == 13) evidence.products[place % 12] = Curve.P - evidence.products[place % 12];
    }

    function _recipe(uint256 seed) private pure returns (Recipe memory its) {
        its.rk = _scalar(seed, "rk");
        its.tau = _scalar(seed, "tau");
        its.points[0] = Curve.G().multiply(_scalar(seed, "e"));
        its.points[1] = Curve.G().multiply(_scalar(seed, "v"));
        _fill(its);
    }

    function _fill(Recipe memory its) private pure {
        its.points[2] = its.points[0].multiply(its.rk);
        its.points[3] = its.points[1].multiply(its.rk);
        its.points[4] = its.points[0].multiply(its.tau);
        its.points[5] = its.points[1].multiply(its.tau);
        its.points[6] = Curve.U().multiply(its.rk);
        its.points[7] = Curve.U().multiply(its.tau);
    }

    function _capsule(Recipe memory its, uint256 seed) private pure returns (bytes memory) {
        return abi.encodePacked(its.points[0].encode(), its.points[1].encode(), _scalar(seed, "s"));
    }

    function _cfrag(Recipe memory its, uint256 seed) private pure returns (bytes memory) {
        bytes[8] memory encoded;
        for (uint256 i = 0; i < 8; ++i) encoded[i] = its.points[i].encode();
        uint256 h = ReencryptionTwin.challenge(encoded);
        uint256 z = addmod(its.tau, mulmod(its.rk, h, Curve.N), Curve.N);
        bytes memory first = abi.encodePacked(encoded[2], encoded[3], keccak256(abi.encode(seed)), encoded[0]);
        bytes memory second = abi.encodePacked(encoded[4], encoded[5], encoded[6], encoded[7], z);
        return abi.encodePacked(first, second, keccak256(abi.encode(seed, 1)), keccak256(abi.encode(seed, 2)));
    }

    function _scalar(uint256 seed, string memory name) private pure returns (uint256) {
        return (uint256(keccak256(abi.encode(seed, name))) % (Curve.N - 1)) + 1;
    }

    /// @dev Any value, and often one at an edge.
    function _edge(uint256 value) private pure returns (uint256) {
        uint256[12] memory edges = [
            0,
            1,
            2,
            5,
            Curve.N - 1,
            Curve.N,
            Curve.N + 1,
            Curve.P - 1,
            Curve.P,
            Curve.P + 1,
            type(uint256).max,
            value
        ];
        return edges[value % 12];
    }

    function _put(bytes memory data, uint256 place, bytes memory part) private pure {
        for (uint256 i = 0; i < part.length; ++i) data[place + i] = part[i];
    }

    // ------------------------------------------------------------------ addition

    function testFuzz_additionIsComplete(uint256 a, uint256 b, uint8 how) external view {
        Curve.Point memory left = Curve.G().multiply(_scalar(a, "a"));
        Curve.Point memory right = Curve.G().multiply(_scalar(b, "b"));
        if (how % 4 == 1) right = left; // doubling
        if (how % 4 == 2) right = left.negate();
        if (how % 4 == 3) right = left.add(left).negate(); // the sum is -left
        Curve.Point memory sum = left.add(right);
        _isSum(left, right, sum, how % 4 != 2);
        _isSum(right, left, sum, how % 4 != 2);
        _isSum(left, right, sum.negate(), false);
        _isSum(left, right, left, false);
        _isSum(left, right, right, false);
        _isSum(left, right, Curve.Point(sum.x, sum.y ^ 1), false);
        _isSum(left, right, Curve.Point(sum.x ^ 1, sum.y), false);
        _isSum(left, right, Curve.Point(0, 0), false);
        // not even the point that a division by zero would make
        _isSum(left, left.negate(), left.add(left), false);
    }

    function _isSum(Curve.Point memory a, Curve.Point memory b, Curve.Point memory c, bool expected) private view {
        vm.assertTrue(harness.isSum(a.x, a.y, b.x, b.y, c.x, c.y) == expected, "sum");
    }

    // ------------------------------------------------------------------ capsules

    /// hardhat-config: fuzz.runs = 96
    function testFuzz_capsules(uint256 seed, uint256 what, uint256 value) external view {
        uint256 e = _scalar(seed, "e");
        uint256 v = _scalar(seed, "v");
        Curve.Point memory E = Curve.G().multiply(e);
        // 1: V = -E, with an s that fits
        if (what % 8 == 1) v = Curve.N - e;
        // 2: V = E, which is no fault
        if (what % 8 == 2) v = e;
        Curve.Point memory V = Curve.G().multiply(v);
        bytes memory points = abi.encodePacked(E.encode(), V.encode());
        uint256 h = (uint256(sha256(abi.encodePacked(uint32(14), "CAPSULE_POINTS", points))) % (Curve.N - 1)) + 1;
        uint256 s = addmod(v, mulmod(e, h, Curve.N), Curve.N);
        if (what % 8 == 3) s = _edge(value);
        Curve.Point memory sg = Curve.G().multiply(s);
        Curve.Point memory eh = E.multiply(h);
        uint256[6] memory hints = [E.y, V.y, sg.x, sg.y, eh.x, eh.y];
        bytes memory capsule = abi.encodePacked(points, s);
        if (what % 8 == 4) hints[value % 6] ^= 1 + (value >> 8);
        if (what % 8 == 5) capsule[value % 66] ^= bytes1(uint8(1 + ((value >> 8) % 255)));
        if (what % 8 == 6) capsule = abi.encodePacked(capsule, uint8(0));
        bool right = what % 8 == 0 || what % 8 == 2 || what % 8 == 7;
        try harness.checkCapsule(capsule, hints) {
            vm.assertTrue(right, "accepted");
        } catch (bytes memory) {
            vm.assertTrue(!right, "refused");
        }
    }

    function test_aCapsulesScalarIsInRange() external view {
        Curve.Point memory E = Curve.G().multiply(2);
        Curve.Point memory V = Curve.G().multiply(3);
        uint256[4] memory outside = [0, Curve.N, Curve.N + 1, type(uint256).max];
        for (uint256 i = 0; i < 4; ++i) {
            bytes memory capsule = abi.encodePacked(E.encode(), V.encode(), outside[i]);
            uint256[6] memory hints = [E.y, V.y, 0, 0, 0, 0];
            try harness.checkCapsule(capsule, hints) {
                vm.assertTrue(false, "accepted");
            } catch (bytes memory reason) {
                vm.assertTrue(bytes4(reason) == IAdjudicator.BadCapsule.selector, "before any hint is looked at");
            }
        }
    }

    function testFuzz_reduce(bytes32 digest) external view {
        vm.assertEq(harness.reduce(digest), (uint256(digest) % (Curve.N - 1)) + 1, "reduce");
    }

    function test_reduceAtItsEdges() external view {
        vm.assertEq(harness.reduce(0), 1, "0");
        vm.assertEq(harness.reduce(bytes32(Curve.N - 2)), Curve.N - 1, "n - 2");
        vm.assertEq(harness.reduce(bytes32(Curve.N - 1)), 1, "n - 1");
        vm.assertEq(harness.reduce(bytes32(Curve.N)), 2, "n");
        vm.assertEq(harness.reduce(bytes32(type(uint256).max)), 0x14551231950b75fc4402da1732fc9bec0, "2^256 - 1");
    }
}
