// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/**
 * @title Activity
 * @notice One bit per epoch, 256 epochs per word: whether a node announced to be awake.
 *
 * Windows are masks of at most 16 epochs, bit k standing for epoch `first + k`; they may straddle two words.
 */
library Activity {
    struct Bits {
        mapping(uint256 word => uint256) words;
    }

    uint256 internal constant WINDOW = 16;

    /// @notice Whether the bit of `epoch` is 1.
    function isSet(Bits storage self, uint32 epoch) internal view returns (bool) {
        return (self.words[epoch >> 8] >> (epoch & 255)) & 1 == 1;
    }

    /// @notice The 16 bits from `first` on.
    function window(Bits storage self, uint32 first) internal view returns (uint256 mask) {
        uint256 offset = first & 255;
        mask = self.words[first >> 8] >> offset;
        if (offset > 256 - WINDOW) mask |= self.words[(uint256(first) >> 8) + 1] << (256 - offset);
        mask &= (1 << WINDOW) - 1;
    }

    /// @notice Set the bits of `mask`; returns those that were 0 before.
    function set(Bits storage self, uint32 first, uint256 mask) internal returns (uint256 fresh) {
        uint256 offset = first & 255;
        uint256 word = first >> 8;
        uint256 old = self.words[word];
        uint256 added = (mask << offset) & ~old;
        if (added != 0) self.words[word] = old | added;
        fresh = added >> offset;
        uint256 high = offset > 256 - WINDOW ? mask >> (256 - offset) : 0;
        if (high != 0) {
            old = self.words[word + 1];
            added = high & ~old;
            if (added != 0) self.words[word + 1] = old | added;
            fresh |= added << (256 - offset);
        }
    }

    /// @notice Clear the bits of `mask`.
    function clear(Bits storage self, uint32 first, uint256 mask) internal {
        uint256 offset = first & 255;
        uint256 word = first >> 8;
        uint256 low = mask << offset;
        if (low != 0) self.words[word] &= ~low;
        uint256 high = offset > 256 - WINDOW ? mask >> (256 - offset) : 0;
        if (high != 0) self.words[word + 1] &= ~high;
    }

    /// @notice How many bits are 1 in [from, to], both inclusive; 0 if `from > to`. Reads one word per 256 epochs.
    function count(Bits storage self, uint32 from, uint32 to) internal view returns (uint256 total) {
        if (from > to) return 0;
        uint256 last = to >> 8;
        for (uint256 word = from >> 8; word <= last; ++word) {
            uint256 bits = self.words[word];
            if (word == from >> 8) bits &= type(uint256).max << (from & 255);
            if (word == last) bits &= type(uint256).max >> (255 - (to & 255));
            total += popcount(bits);
        }
    }

    /// @notice Number of 1 bits, by summing neighbours: pairs, nibbles, bytes, then all 32 bytes by one product.
    function popcount(uint256 x) internal pure returns (uint256) {
        unchecked {
            if (x == type(uint256).max) return 256; // the only sum that does not fit the top byte
            x -= (x >> 1) & 0x5555555555555555555555555555555555555555555555555555555555555555;
            x =
                (x & 0x3333333333333333333333333333333333333333333333333333333333333333) +
                ((x >> 2) & 0x3333333333333333333333333333333333333333333333333333333333333333);
            x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f;
            return (x * 0x0101010101010101010101010101010101010101010101010101010101010101) >> 248;
        }
    }
}
