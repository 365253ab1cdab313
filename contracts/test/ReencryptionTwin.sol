// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAdjudicator} from "../interfaces/IAdjudicator.sol";
import {Curve} from "./Curve.sol";

/**
 * @notice ReencryptionProof once more, from the words of the specification: slices of bytes, plain points, real products.
 * No assembly, no precompile but SHA-256. A refusal is told by its selector and argument.
 */
library ReencryptionTwin {
    struct Judgement {
        IAdjudicator.Verdict verdict;
        bytes4 refusal;
        uint256 which;
    }

    struct Parts {
        bytes[8] encoded; // E, V, E1, V1, E2, V2, U1, U2
        Curve.Point[8] points;
        uint256 z;
        uint256 h;
    }

    function slice(bytes memory data, uint256 from, uint256 to) internal pure returns (bytes memory part) {
        part = new bytes(to - from);
        for (uint256 i = from; i < to; ++i) part[i - from] = data[i];
    }

    function number(bytes memory data) internal pure returns (uint256 value) {
        for (uint256 i = 0; i < data.length; ++i) value = (value << 8) | uint8(data[i]);
    }

    function parts(bytes memory capsule, bytes memory cfrag) internal pure returns (Parts memory its) {
        its.encoded = [
            slice(capsule, 0, 33),
            slice(capsule, 33, 66),
            slice(cfrag, 0, 33),
            slice(cfrag, 33, 66),
            slice(cfrag, 131, 164),
            slice(cfrag, 164, 197),
            slice(cfrag, 197, 230),
            slice(cfrag, 230, 263)
        ];
        for (uint256 i = 0; i < 8; ++i) (, its.points[i]) = Curve.decode(its.encoded[i]);
        its.z = number(slice(cfrag, 263, 295));
        its.h = challenge(its.encoded);
    }

    function fragment(bytes memory cfrag) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encodePacked(
                    slice(cfrag, 66, 98),
                    slice(cfrag, 98, 131),
                    slice(cfrag, 197, 230),
                    slice(cfrag, 295, 359)
                )
            );
    }

    function challenge(bytes[8] memory encoded) internal pure returns (uint256) {
        bytes memory first = abi.encodePacked(uint32(18), "CFRAG_VERIFICATION", encoded[0], encoded[2], encoded[4]);
        bytes memory second = abi.encodePacked(encoded[1], encoded[3], encoded[5], Curve.encode(Curve.U()));
        return (uint256(sha256(abi.encodePacked(first, second, encoded[6], encoded[7]))) % (Curve.N - 1)) + 1;
    }

    /// @notice What an honest accuser says: y of every point that is one, and the six products.
    function hints(Parts memory its) internal pure returns (uint256[8] memory y, uint256[12] memory products) {
        for (uint256 i = 0; i < 8; ++i) y[i] = its.points[i].y;
        for (uint256 i = 0; i < 6; ++i) {
            Curve.Point memory product = Curve.multiply(factor(its, i), i % 2 == 0 ? its.z : its.h);
            (products[2 * i], products[2 * i + 1]) = (product.x, product.y);
        }
    }

    /// @dev E, E1, V, V1, U, U1
    function factor(Parts memory its, uint256 i) internal pure returns (Curve.Point memory) {
        if (i == 4) return Curve.U();
        return its.points[[uint256(0), 2, 1, 3, 0, 6][i]];
    }

    function judge(IAdjudicator.Evidence memory evidence) internal pure returns (Judgement memory its) {
        if (fragment(evidence.cfrag) != evidence.leaf.fragment) return _verdict(IAdjudicator.Verdict.Commitment);
        Parts memory all = parts(evidence.capsule, evidence.cfrag);
        if (all.z == 0 || all.z >= Curve.N) return _verdict(IAdjudicator.Verdict.Scalar);
        for (uint256 i = 0; i < 8; ++i) {
            bool usable = all.points[i].y != 0 && all.points[i].x < Curve.N;
            bool hinted = evidence.y[i] == all.points[i].y;
            if (i < 2) {
                if (!usable || !hinted) return Judgement(its.verdict, IAdjudicator.BadCapsule.selector, 0);
                continue;
            }
            if (usable && hinted) continue;
            // what nobody can give a y for needs none; for what only has no root, the accuser must say so
            bool hopeless =
                (all.encoded[i][0] != 0x02 && all.encoded[i][0] != 0x03) ||
                    number(slice(all.encoded[i], 1, 33)) >= Curve.N;
            if (hopeless || (!usable && evidence.y[i] == 0)) return _verdict(IAdjudicator.Verdict.Point);
            return Judgement(its.verdict, IAdjudicator.BadHint.selector, i);
        }
        return _equations(evidence, all);
    }

    function _equations(
        IAdjudicator.Evidence memory evidence,
        Parts memory all
    ) private pure returns (Judgement memory its) {
        (, uint256[12] memory right) = hints(all);
        for (uint256 i = 0; i < 3; ++i) {
            for (uint256 k = 4 * i; k < 4 * i + 4; ++k) {
                if (evidence.products[k] != right[k]) {
                    return Judgement(its.verdict, IAdjudicator.BadHint.selector, 8 + k / 2);
                }
            }
            Curve.Point memory a1h = Curve.Point(right[4 * i + 2], right[4 * i + 3]);
            Curve.Point memory sum = Curve.add(all.points[[uint256(4), 5, 7][i]], a1h);
            if (sum.x != right[4 * i] || sum.y != right[4 * i + 1]) {
                return _verdict(IAdjudicator.Verdict(uint8(IAdjudicator.Verdict.EquationE) + uint8(i)));
            }
        }
        return _verdict(IAdjudicator.Verdict.Correct);
    }

    function _verdict(IAdjudicator.Verdict verdict) private pure returns (Judgement memory) {
        return Judgement(verdict, 0, 0);
    }
}
