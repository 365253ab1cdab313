// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The cheatcodes used here. forge-std cannot be had from npm, and nothing more is needed.
interface Vm {
    function warp(uint256 timestamp) external;

    function deal(address who, uint256 balance) external;

    function prank(address sender) external;

    function startPrank(address sender) external;

    function stopPrank() external;

    function expectRevert() external;

    function expectRevert(bytes4 selector) external;

    function expectRevert(bytes calldata data) external;

    /// @dev The next call must emit, from this emitter, the event that the caller emits next.
    function expectEmit(address emitter) external;

    function addr(uint256 privateKey) external pure returns (address);

    function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);

    function assume(bool condition) external pure;

    function chainId(uint256 id) external;

    function assertTrue(bool condition, string calldata reason) external pure;

    function assertEq(uint256 left, uint256 right, string calldata reason) external pure;

    function assertEq(address left, address right, string calldata reason) external pure;

    function assertEq(bytes32 left, bytes32 right, string calldata reason) external pure;

    function assertLe(uint256 left, uint256 right, string calldata reason) external pure;

    function assertGe(uint256 left, uint256 right, string calldata reason) external pure;
}
