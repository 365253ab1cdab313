// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/**
 * @title Activity
 * @notice One bit per epoch, 256 epochs per word: whether a node announced to be awake.
 *
 * Windows are masks of at most 16 epochs, bit k standing for epoch `first + k`; they may straddle two words.
 * Unchecked: epochs are below 2^32, so no sum here can overflow.
 */
library Activity {
    struct Bits {
        mapping(uint256 word => uint256) words;
    }

    /// @notice The 16 bits from `first` on.
    function window(Bits storage self, uint256 first) internal view returns (uint256) {
        unchecked {
            uint256 offset = first & 255;
            uint256 mask = self.words[first >> 8] >> offset;
            if (offset > 240) mask |= self.words[(first >> 8) + 1] << (256 - offset);
            return mask & 0xffff;
        }
    }

    /// @notice Flip the bits of `mask`.
    function flip(Bits storage self, uint256 first, uint256 mask) internal {
        unchecked {
            uint256 offset = first & 255;
            uint256 low = mask << offset;
            if (low != 0) self.words[first >> 8] ^= low;
            if (offset > 240 && mask >> (256 - offset) != 0) self.words[(first >> 8) + 1] ^= mask >> (256 - offset);
        }
    }

    /// @notice How many bits are 1 in [from, to], both inclusive; 0 if `from > to`. Reads one word per 256 epochs.
    function count(Bits storage self, uint256 from, uint256 to) internal view returns (uint256 total) {
        unchecked {
            if (from > to) return 0;
            uint256 last = to >> 8;
            uint256 mask = type(uint256).max << (from & 255);
            for (uint256 word = from >> 8; word <= last; ++word) {
                if (word == last) mask &= type(uint256).max >> (255 - (to & 255));
                total += popcount(self.words[word] & mask);
                mask = type(uint256).max;
            }
        }
    }

    /// @notice Number of 1 bits: sums of pairs, nibbles, bytes, then of all 32 bytes by one product.
    function popcount(uint256 x) internal pure returns (uint256) {
        unchecked {
            uint256 ones = type(uint256).max;
            if (x == ones) return 256; // the only sum that does not fit the top byte
            x -= (x >> 1) & (ones / 3);
            x = (x & (ones / 5)) + ((x >> 2) & (ones / 5));
            x = (x + (x >> 4)) & (ones / 17);
            return (x * (ones / 255)) >> 248;
        }
    }
}
