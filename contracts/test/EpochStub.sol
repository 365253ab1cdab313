// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The constants that PolicyManager and Adjudicator read when they are deployed.
contract EpochStub {
    uint256 public immutable epochLength;
    uint256 public immutable disputeWindow;
    uint256 public constant evidenceWindow = 14;

    constructor(uint256 epochLength_, uint256 disputeWindow_) {
        epochLength = epochLength_;
        disputeWindow = disputeWindow_;
    }
}
