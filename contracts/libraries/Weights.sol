// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/**
 * @title Weights
 * @notice What a node weighed in past epochs: entries (until, weight), four to a word, `until` strictly rising.
 *
 * Entry i says: the weight was `weight` in every epoch after entry i-1's `until` up to and with its own. The weight
 * in force after the last entry lives with the node, so that a node which never changes its stake writes nothing here.
 */
library Weights {
    struct History {
        mapping(uint256 word => uint256) words;
    }

    /// @notice Entry `index`.
    function entry(History storage self, uint256 index) internal view returns (uint32 until, uint32 weight) {
        uint256 bits = self.words[index >> 2] >> ((index & 3) * 64);
        return (uint32(bits), uint32(bits >> 32));
    }

    /// @notice Write entry `index`, which must be the next free one.
    function push(History storage self, uint256 index, uint32 until, uint32 weight) internal {
        self.words[index >> 2] |= (uint256(until) | (uint256(weight) << 32)) << ((index & 3) * 64);
    }

    /// @notice Weight at `epoch`, of `length` entries and the `latest` weight behind them.
    function weightAt(History storage self, uint256 length, uint32 epoch, uint32 latest) internal view returns (uint32) {
        if (length == 0) return latest;
        (uint32 until, uint32 weight) = entry(self, length - 1);
        if (epoch > until) return latest;
        // the first entry whose `until` reaches the epoch
        uint256 low = 0;
        uint256 high = length - 1;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            (until, ) = entry(self, middle);
            if (until < epoch) low = middle + 1;
            else high = middle;
        }
        (, weight) = entry(self, low);
        return weight;
    }
}
