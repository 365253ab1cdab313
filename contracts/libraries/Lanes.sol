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
    function total(Totals storage self, uint32 epoch) internal view returns (uint256) {
        return (self.words[epoch >> 3] >> ((epoch & 7) * 32)) & type(uint32).max;
    }

    /// @notice In every epoch `first + k` with bit k of `mask` set, replace `minus` by `plus`.
    function shift(Totals storage self, uint32 first, uint256 mask, uint256 plus, uint256 minus) internal {
        uint256 epoch = first;
        while (mask != 0) {
            uint256 word = epoch >> 3;
            uint256 ones = 0;
            for (; epoch >> 3 == word; ++epoch) {
                if (mask & 1 == 1) ones |= 1 << ((epoch & 7) * 32);
                mask >>= 1;
            }
            // first minus, then plus: each lane holds at least `minus`, and ends below 2^32
            if (ones != 0) self.words[word] = self.words[word] - ones * minus + ones * plus;
        }
    }
}
