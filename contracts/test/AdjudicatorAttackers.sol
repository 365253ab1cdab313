// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A challenger that is a contract: does what it is told, and answers every payment by calling back.
contract Reenterer {
    address private _target;
    bytes private _data;
    uint256 public attempts;
    uint256 public successes;

    function arm(address target, bytes calldata data) external {
        _target = target;
        _data = data;
    }

    function execute(address target, bytes calldata data) external payable {
        (bool done, bytes memory answer) = target.call{value: msg.value}(data);
        if (done) return;
        assembly ("memory-safe") {
            revert(add(answer, 32), mload(answer))
        }
    }

    receive() external payable {
        ++attempts;
        (bool done, ) = _target.call(_data);
        if (done) ++successes;
    }
}

/// @notice Takes no money.
contract Refuser {
    function execute(address target, bytes calldata data) external payable {
        (bool done, bytes memory answer) = target.call{value: msg.value}(data);
        if (done) return;
        assembly ("memory-safe") {
            revert(add(answer, 32), mload(answer))
        }
    }
}
