// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/**
 * @title Weights
 * @notice What a node weighed in past epochs: entries (until, weight), four to a word, `until` strictly rising.
 *
 * Entry i says: the weight was `weight` in every epoch after entry i-1's `until`, up to and with its own. The weight in
 * force after the last entry stands in the node's record, so that a node which never changes its stake writes nothing here.
 */
library Weights {
    struct History {
        mapping(uint256 word => uint256) words;
    }

    /// @notice Entry `index`: `until` in the low 32 bits, `weight` in the next.
    function entry(History storage self, uint256 index) internal view returns (uint256) {
        return uint64(self.words[index >> 2] >> ((index & 3) << 6));
    }

    /// @notice Write entry `index`, which must be the next free one.
    function push(History storage self, uint256 index, uint256 until, uint256 weight) internal {
        self.words[index >> 2] |= (until | (weight << 32)) << ((index & 3) << 6);
    }

    /// @notice Weight at `epoch`, of `length` entries and the `latest` weight behind them. Reads log2(length) words.
    function weightAt(
        History storage self,
        uint256 length,
        uint256 epoch,
        uint256 latest
    ) internal view returns (uint256) {
        unchecked {
            // the first entry whose `until` reaches the epoch; `length` if none does
            uint256 low = 0;
            uint256 high = length;
            while (low < high) {
                // the newest entry first: most questions are about the epochs since
                uint256 middle = high == length ? high - 1 : (low + high) >> 1;
                if (uint32(entry(self, middle)) < epoch) low = middle + 1;
                else high = middle;
            }
            return low == length ? latest : entry(self, low) >> 32;
        }
    }
}
