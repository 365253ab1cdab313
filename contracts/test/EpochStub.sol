// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The two constants that PolicyManager reads when it is deployed.
contract EpochStub {
    uint256 public immutable epochLength;
    uint256 public immutable disputeWindow;

    constructor(uint256 epochLength_, uint256 disputeWindow_) {
        epochLength = epochLength_;
        disputeWindow = disputeWindow_;
    }
}
