// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/**
 * @notice secp256k1 in plain Solidity, slow and obvious: what ReencryptionProof is compared with. No assembly, no precompile.
 * A point is (x, y); (0, 0) is the identity.
 */
library Curve {
    uint256 internal constant P = 2 ** 256 - 2 ** 32 - 977;
    uint256 internal constant N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    struct Point {
        uint256 x;
        uint256 y;
    }

    function G() internal pure returns (Point memory) {
        return
            Point(
                0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798,
                0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8
            );
    }

    function U() internal pure returns (Point memory) {
        return
            Point(
                0x079390d0fbe220fc34aab8ecbf49098098036820fadb98c03143e55db8ec73cd,
                0x7ea50b219da86a70e8489413e4b9388afb63ac6f26e5ec2cfdd983b83f0e84e7
            );
    }

    function power(uint256 base, uint256 exponent) internal pure returns (uint256 result) {
        result = 1;
        for (; exponent != 0; exponent >>= 1) {
            if (exponent & 1 == 1) result = mulmod(result, base, P);
            base = mulmod(base, base, P);
        }
    }

    function cubic(uint256 x) internal pure returns (uint256) {
        return addmod(mulmod(mulmod(x, x, P), x, P), 7, P);
    }

    /// @notice SEC1 of 33 bytes; false for what is no point.
    function decode(bytes memory encoded) internal pure returns (bool valid, Point memory point) {
        uint8 tag = uint8(encoded[0]);
        uint256 x = 0;
        for (uint256 i = 1; i < 33; ++i) x = (x << 8) | uint8(encoded[i]);
        if ((tag != 2 && tag != 3) || x >= P) return (false, point);
        uint256 y = power(cubic(x), (P + 1) / 4); // p = 3 mod 4
        if (mulmod(y, y, P) != cubic(x)) return (false, point);
        if (y % 2 != tag - 2) y = P - y;
        return (true, Point(x, y));
    }

    function encode(Point memory point) internal pure returns (bytes memory) {
        return abi.encodePacked(uint8(2 + (point.y % 2)), point.x);
    }

    function negate(Point memory point) internal pure returns (Point memory) {
        return point.y == 0 ? point : Point(point.x, P - point.y);
    }

    function add(Point memory a, Point memory b) internal pure returns (Point memory) {
        if (a.x == 0 && a.y == 0) return b;
        if (b.x == 0 && b.y == 0) return a;
        uint256 slope;
        if (a.x == b.x) {
            if (a.y != b.y) return Point(0, 0);
            slope = mulmod(mulmod(3, mulmod(a.x, a.x, P), P), power(mulmod(2, a.y, P), P - 2), P);
        } else {
            slope = mulmod(addmod(b.y, P - a.y, P), power(addmod(b.x, P - a.x, P), P - 2), P);
        }
        uint256 x = addmod(mulmod(slope, slope, P), P - addmod(a.x, b.x, P), P);
        return Point(x, addmod(mulmod(slope, addmod(a.x, P - x, P), P), P - a.y, P));
    }

    /// @notice k * point by doubling and adding in Jacobian coordinates (x/z^2, y/z^3).
    function multiply(Point memory point, uint256 k) internal pure returns (Point memory) {
        (uint256 x, uint256 y, uint256 z) = (uint256(0), uint256(1), uint256(0));
        for (uint256 bit = 256; bit > 0; --bit) {
            (x, y, z) = _double(x, y, z);
            if ((k >> (bit - 1)) & 1 == 1) (x, y, z) = _addAffine(x, y, z, point);
        }
        if (z == 0) return Point(0, 0);
        uint256 inverse = power(z, P - 2);
        uint256 square = mulmod(inverse, inverse, P);
        return Point(mulmod(x, square, P), mulmod(y, mulmod(square, inverse, P), P));
    }

    function _double(uint256 x, uint256 y, uint256 z) private pure returns (uint256, uint256, uint256) {
        if (z == 0) return (x, y, z);
        uint256 yy = mulmod(y, y, P);
        uint256 s = mulmod(4, mulmod(x, yy, P), P);
        uint256 m = mulmod(3, mulmod(x, x, P), P);
        uint256 x3 = addmod(mulmod(m, m, P), P - mulmod(2, s, P), P);
        uint256 y3 = addmod(mulmod(m, addmod(s, P - x3, P), P), P - mulmod(8, mulmod(yy, yy, P), P), P);
        return (x3, y3, mulmod(2, mulmod(y, z, P), P));
    }

    function _addAffine(
        uint256 x,
        uint256 y,
        uint256 z,
        Point memory a
    ) private pure returns (uint256 x3, uint256 y3, uint256 z3) {
        if (z == 0) return (a.x, a.y, 1);
        uint256 h = addmod(mulmod(a.x, mulmod(z, z, P), P), P - x, P);
        uint256 r = addmod(mulmod(a.y, mulmod(mulmod(z, z, P), z, P), P), P - y, P);
        if (h == 0) return r == 0 ? _double(x, y, z) : (uint256(0), uint256(1), uint256(0));
        uint256 v = mulmod(x, mulmod(h, h, P), P);
        uint256 cube = mulmod(mulmod(h, h, P), h, P);
        x3 = addmod(mulmod(r, r, P), P - addmod(cube, mulmod(2, v, P), P), P);
        y3 = addmod(mulmod(r, addmod(v, P - x3, P), P), P - mulmod(y, cube, P), P);
        z3 = mulmod(z, h, P);
    }
}
