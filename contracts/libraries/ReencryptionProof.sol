// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {IAdjudicator} from "../interfaces/IAdjudicator.sol";

/**
 * @title ReencryptionProof
 * @notice Whether a cfrag is the re-encryption of a capsule by the kfrag that a leaf commits to (umbral.md section 9,
 * protocol.md section 6 steps 3 to 8).
 *
 * Paper letters: E, V capsule; E1, V1 re-encrypted; U generator, U1 = rk*U commitment; E2, V2, U2, z proof; h challenge.
 *
 * Multiplications are ecrecover's: with message 0, r = x of P and s = k*x it answers with the address of k*P, for 3,000
 * gas. It needs 0 < x < n and k != 0 mod n. A claimed product is taken if its coordinates hash to that address, which
 * binds both of them and so needs no curve check. Whatever the accuser gives (y, products) is either the one right value
 * or makes the call revert: it cannot change a verdict.
 */
library ReencryptionProof {
    /// @dev Field and group order of secp256k1.
    uint256 internal constant P = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f;
    uint256 internal constant N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    uint256 private constant GX = 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798;
    /// @dev The generator of commitments; its y is odd. Nobody knows its logarithm to G.
    uint256 private constant UX = 0x079390d0fbe220fc34aab8ecbf49098098036820fadb98c03143e55db8ec73cd;

    uint256 internal constant CAPSULE_BYTES = 98;
    uint256 internal constant CFRAG_BYTES = 359;
    uint256 private constant CFRAG_Z = 263;
    /// @dev Where E1, V1, E2, V2, U1, U2 stand in a cfrag, 16 bits each, from the lowest.
    uint256 private constant CFRAG_POINTS = 0x00e6_00c5_00a4_0083_0021_0000;

    /// @dev Where the products begin among the hints.
    uint256 private constant PRODUCTS = 8;
    /// @dev Tags of umbral.md section 2 with their lengths: "CAPSULE_POINTS", "CFRAG_VERIFICATION".
    bytes32 private constant CAPSULE_POINTS = hex"0000000e43415053554c455f504f494e5453";
    bytes32 private constant CFRAG_VERIFICATION = hex"0000001243465241475f564552494649434154494f4e";

    /// @notice The verdict on a cfrag that the node signed. Lengths must have been checked.
    function judge(IAdjudicator.Evidence calldata evidence) internal view returns (IAdjudicator.Verdict) {
        bytes calldata cfrag = evidence.cfrag;
        if (fragmentOf(cfrag) != evidence.leaf.fragment) return IAdjudicator.Verdict.Commitment;
        uint256 z = _word(cfrag, CFRAG_Z);
        if (z == 0 || z >= N) return IAdjudicator.Verdict.Scalar;

        // an honest node never saw a malformed capsule, and Bob may have chosen it: the accuser's fault
        require(isPoint(evidence.capsule, 0, _hint(evidence, 0)), IAdjudicator.BadCapsule());
        require(isPoint(evidence.capsule, 33, _hint(evidence, 1)), IAdjudicator.BadCapsule());
        for (uint256 i = 0; i < 6; ++i) {
            uint256 place = _pointAt(i);
            uint256 y = _hint(evidence, 2 + i);
            if (isPoint(cfrag, place, y)) continue;
            if (_isImpossible(cfrag, place, y)) return IAdjudicator.Verdict.Point;
            revert IAdjudicator.BadHint(2 + i);
        }

        uint256 h = _challenge(evidence.capsule, cfrag);
        if (!_holds(evidence, z, h, 0)) return IAdjudicator.Verdict.EquationE;
        if (!_holds(evidence, z, h, 1)) return IAdjudicator.Verdict.EquationV;
        if (!_holds(evidence, z, h, 2)) return IAdjudicator.Verdict.EquationU;
        return IAdjudicator.Verdict.Correct;
    }

    /// @notice Digest of what a cfrag copies from its kfrag: id, X, U1, receiver's signature.
    function fragmentOf(bytes calldata cfrag) internal pure returns (bytes32) {
        bytes memory data = new bytes(162);
        _copy(data, 0, cfrag, 66, 65);
        _copy(data, 65, cfrag, 197, 33);
        _copy(data, 98, cfrag, 295, 64);
        return keccak256(data);
    }

    /**
     * @notice Whether a capsule is one that an honest node serves (umbral.md section 5): s*G = V + h*E, E + V not zero.
     * @param hints y of E, y of V, x and y of s*G, x and y of h*E
     */
    function checkCapsule(bytes calldata capsule, uint256[6] calldata hints) internal pure {
        require(capsule.length == CAPSULE_BYTES, IAdjudicator.BadEncoding());
        require(isPoint(capsule, 0, hints[0]) && isPoint(capsule, 33, hints[1]), IAdjudicator.BadCapsule());
        uint256 s = _word(capsule, 66);
        require(s != 0 && s < N, IAdjudicator.BadCapsule());
        require(_word(capsule, 1) != _word(capsule, 34) || hints[0] == hints[1], IAdjudicator.BadCapsule());
        bytes memory data = new bytes(84);
        _put(data, 0, CAPSULE_POINTS);
        _copy(data, 18, capsule, 0, 66);
        uint256 h = reduce(sha256(data));
        require(_isProduct(GX, 0, s, hints[2], hints[3]), IAdjudicator.BadHint(2));
        require(_isProduct(_word(capsule, 1), hints[0], h, hints[4], hints[5]), IAdjudicator.BadHint(4));
        require(isSum(_word(capsule, 34), hints[1], hints[4], hints[5], hints[2], hints[3]), IAdjudicator.BadCapsule());
    }

    /// @notice Whether the 33 bytes at `at` encode a point with this y and an x that ecrecover can take.
    function isPoint(bytes calldata data, uint256 place, uint256 y) internal pure returns (bool) {
        unchecked {
            uint256 x = _word(data, place + 1);
            return x != 0 && x < N && y < P && _tag(data, place) == (2 | (y & 1)) && mulmod(y, y, P) == _cubic(x);
        }
    }

    /// @notice H of umbral.md section 2 from its SHA-256 digest, in [1, n-1].
    function reduce(bytes32 digest) internal pure returns (uint256) {
        unchecked {
            uint256 w = uint256(digest);
            return (w < N - 1 ? w : w - (N - 1)) + 1;
        }
    }

    /**
     * @notice Whether a + b = c, for points on the curve with coordinates below p, without an inversion.
     * Chord or tangent with slope l/d: x of c is (l/d)^2 - a.x - b.x, y of c is (l/d)(a.x - c.x) - a.y. If a = -b the sum
     * has no coordinates, and no c is it.
     */
    function isSum(
        uint256 ax,
        uint256 ay,
        uint256 bx,
        uint256 by,
        uint256 cx,
        uint256 cy
    ) internal pure returns (bool) {
        unchecked {
            uint256 d;
            uint256 l;
            if (ax != bx) {
                d = addmod(bx, P - ax, P);
                l = addmod(by, P - ay, P);
            } else if (ay == by) {
                d = addmod(ay, ay, P);
                l = mulmod(3, mulmod(ax, ax, P), P);
            } else {
                return false;
            }
            uint256 sum = addmod(cx, addmod(ax, bx, P), P);
            return
                mulmod(sum, mulmod(d, d, P), P) == mulmod(l, l, P) &&
                mulmod(addmod(cy, ay, P), d, P) == mulmod(l, addmod(ax, P - cx, P), P);
        }
    }

    /// @dev Whether z*A = A2 + h*A1, for A = E, V, U by `which`. Hints that are not the products revert.
    function _holds(
        IAdjudicator.Evidence calldata evidence,
        uint256 z,
        uint256 h,
        uint256 which
    ) private pure returns (bool) {
        unchecked {
            bytes calldata cfrag = evidence.cfrag;
            uint256 az = PRODUCTS + 4 * which; // x of z*A, then its y, then x and y of h*A1
            (uint256 a1, uint256 a2) = which == 2 ? (uint256(4), uint256(5)) : (which, which + 2); // in a cfrag
            uint256 x = which == 2 ? UX : _word(evidence.capsule, 1 + 33 * which);
            uint256 y = which == 2 ? 1 : _hint(evidence, which);
            require(_isHinted(evidence, x, y, z, az), IAdjudicator.BadHint(8 + 2 * which));
            x = _word(cfrag, _pointAt(a1) + 1);
            y = _hint(evidence, 2 + a1);
            require(_isHinted(evidence, x, y, h, az + 2), IAdjudicator.BadHint(9 + 2 * which));
            return _isHintedSum(evidence, _word(cfrag, _pointAt(a2) + 1), _hint(evidence, 2 + a2), az);
        }
    }

    /// @dev Whether k*(x, y) is the product at `place` of the hints.
    function _isHinted(
        IAdjudicator.Evidence calldata evidence,
        uint256 x,
        uint256 y,
        uint256 k,
        uint256 place
    ) private pure returns (bool) {
        unchecked {
            return _isProduct(x, y, k, _hint(evidence, place), _hint(evidence, place + 1));
        }
    }

    /// @dev Whether (x, y) + h*A1 = z*A, the latter two from the hints.
    function _isHintedSum(
        IAdjudicator.Evidence calldata evidence,
        uint256 x,
        uint256 y,
        uint256 az
    ) private pure returns (bool) {
        unchecked {
            return
                isSum(
                    x,
                    y,
                    _hint(evidence, az + 2),
                    _hint(evidence, az + 3),
                    _hint(evidence, az),
                    _hint(evidence, az + 1)
                );
        }
    }

    /// @dev Whether no hint could make a point of it: the node signed what is none, or what ecrecover cannot take.
    function _isImpossible(bytes calldata cfrag, uint256 place, uint256 y) private view returns (bool) {
        uint256 x = _word(cfrag, place + 1);
        if ((_tag(cfrag, place) | 1) != 3 || x >= N) return true;
        // Euler's criterion: only a residue has a root; 0 does not occur, as the order of the group is odd
        return y == 0 && _power(_cubic(x), (P - 1) / 2) != 1;
    }

    /// @dev Whether k*(x, y) = (qx, qy); of y only the parity is read.
    function _isProduct(uint256 x, uint256 y, uint256 k, uint256 qx, uint256 qy) private pure returns (bool) {
        unchecked {
            address got = ecrecover(bytes32(0), uint8(27 + (y & 1)), bytes32(x), bytes32(mulmod(k, x, N)));
            bytes32 key = Hashes.efficientKeccak256(bytes32(qx), bytes32(qy));
            return got != address(0) && got == address(uint160(uint256(key)));
        }
    }

    /// @dev h: SHA-256 over its tag and E, E1, E2, V, V1, V2, U, U1, U2, as they travel.
    function _challenge(bytes calldata capsule, bytes calldata cfrag) private pure returns (uint256) {
        bytes memory data = new bytes(319);
        _put(data, 0, CFRAG_VERIFICATION);
        _copy(data, 22, capsule, 0, 33);
        _copy(data, 55, cfrag, 0, 33);
        _copy(data, 88, cfrag, 131, 33);
        _copy(data, 121, capsule, 33, 33);
        _copy(data, 154, cfrag, 33, 33);
        _copy(data, 187, cfrag, 164, 33);
        _put(data, 220, bytes32(uint256(3) << 248));
        _put(data, 221, bytes32(UX));
        _copy(data, 253, cfrag, 197, 66);
        return reduce(sha256(data));
    }

    /// @dev x^3 + 7
    function _cubic(uint256 x) private pure returns (uint256) {
        return addmod(mulmod(mulmod(x, x, P), x, P), 7, P);
    }

    function _power(uint256 base, uint256 exponent) private view returns (uint256 result) {
        assembly ("memory-safe") {
            let input := mload(0x40)
            mstore(input, 32)
            mstore(add(input, 0x20), 32)
            mstore(add(input, 0x40), 32)
            mstore(add(input, 0x60), base)
            mstore(add(input, 0x80), exponent)
            mstore(add(input, 0xa0), P)
            // modexp, which fails only for want of gas, and then so does the call
            if iszero(staticcall(gas(), 5, input, 0xc0, 0, 0x20)) {
                revert(0, 0)
            }
            result := mload(0)
        }
    }

    /// @dev Of the twenty words behind the signature: eight of y, then twelve of products. Callers stay inside.
    function _hint(IAdjudicator.Evidence calldata evidence, uint256 place) private pure returns (uint256 word) {
        uint256[8] calldata y = evidence.y;
        assembly ("memory-safe") {
            word := calldataload(add(y, mul(place, 32)))
        }
    }

    function _pointAt(uint256 which) private pure returns (uint256) {
        return (CFRAG_POINTS >> (16 * which)) & 0xffff;
    }

    function _tag(bytes calldata data, uint256 place) private pure returns (uint256) {
        return _word(data, place) >> 248;
    }

    /// @dev 32 bytes from `at`. What lies beyond the end reads as it stands in the calldata: callers stay inside.
    function _word(bytes calldata data, uint256 place) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(add(data.offset, place))
        }
    }

    /// @dev Callers stay inside both.
    function _copy(bytes memory data, uint256 to, bytes calldata source, uint256 from, uint256 length) private pure {
        assembly ("memory-safe") {
            calldatacopy(add(add(data, 32), to), add(source.offset, from), length)
        }
    }

    /// @dev A whole word, of which what comes next may overwrite the end.
    function _put(bytes memory data, uint256 to, bytes32 word) private pure {
        assembly ("memory-safe") {
            mstore(add(add(data, 32), to), word)
        }
    }
}
