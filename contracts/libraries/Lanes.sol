// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/**
 * @title Lanes
 * @notice The network's active weight of every epoch outright: eight epochs to a word, 32 bits each.
 *
 * Assumes that the weights of one epoch sum to less than 2^32 (MinerEscrow caps the total stake), so a lane never
 * carries into its neighbour. No running sum, hence nothing to roll forward over epochs in which nobody beat.
 */
library Lanes {
    struct Totals {
        mapping(uint256 word => uint256) words;
    }

    /// @notice Active weight of `epoch`.
    function total(Totals storage self, uint256 epoch) internal view returns (uint256) {
        return uint32(self.words[epoch >> 3] >> ((epoch & 7) << 5));
    }

    /// @notice In every epoch `first + k` with bit k of `mask` set, replace `minus` by `plus`.
    function shift(Totals storage self, uint256 first, uint256 mask, uint256 plus, uint256 minus) internal {
        unchecked {
            while (mask != 0) {
                uint256 ones = 0;
                uint256 word = first >> 3;
                for (; first >> 3 == word; ++first) {
                    ones |= (mask & 1) << ((first & 7) << 5);
                    mask >>= 1;
                }
                // per lane: at least `minus` before, below 2^32 after; wrapping of the whole word cancels out
                if (ones != 0) self.words[word] += ones * plus - ones * minus;
            }
        }
    }
}
