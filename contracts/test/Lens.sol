// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MinerEscrow} from "../MinerEscrow.sol";

/// @notice Reads a stretch of epochs in one call, for the differential test.
contract Lens {
    function look(
        MinerEscrow escrow,
        address[] calldata nodes,
        uint32 first,
        uint256 count
    ) external view returns (bool[] memory bits, uint256[] memory weights, uint256[] memory totals) {
        bits = new bool[](nodes.length * count);
        weights = new uint256[](nodes.length * count);
        totals = new uint256[](count);
        for (uint32 k = 0; k < count; ++k) {
            totals[k] = escrow.totalWeight(first + k);
            for (uint256 i = 0; i < nodes.length; ++i) {
                bits[i * count + k] = escrow.isActive(nodes[i], first + k);
                weights[i * count + k] = escrow.weightAt(nodes[i], first + k);
            }
        }
    }
}
