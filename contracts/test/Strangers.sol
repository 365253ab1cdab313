// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @notice A contract wallet (ERC-1271) whose word is one key's signature; can act as told, and can be told to misbehave.
contract Wallet {
    address public immutable signer;
    bytes private _onReceive;
    address private _target;
    bool public refuses;
    uint256 public entered;
    bytes public reason;

    constructor(address signer_) payable {
        signer = signer_;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        if (signature.length != 65) return 0xffffffff;
        bytes32 r = bytes32(signature[:32]);
        bytes32 s = bytes32(signature[32:64]);
        address recovered = ecrecover(digest, uint8(signature[64]), r, s);
        return recovered == signer ? this.isValidSignature.selector : bytes4(0xffffffff);
    }

    /// @notice What to call when money arrives.
    function onReceive(address target, bytes calldata data) external {
        _target = target;
        _onReceive = data;
    }

    function refuse(bool refuses_) external {
        refuses = refuses_;
    }

    function act(address target, uint256 value, bytes calldata data) external returns (bytes memory) {
        (bool done, bytes memory result) = target.call{value: value}(data);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(result, 32), mload(result))
            }
        }
        return result;
    }

    receive() external payable {
        require(!refuses, "refused");
        if (_target == address(0)) return;
        ++entered;
        (bool done, bytes memory result) = _target.call(_onReceive);
        if (!done) reason = result;
    }
}

/// @notice A token with one oddity at a time.
contract OddToken is ERC20, ERC20Permit {
    enum Oddity {
        None,
        Fee,
        ReturnsFalse,
        ReturnsNothing,
        Blocks,
        Reenters,
        Reverts
    }

    Oddity public oddity;
    address private _target;
    bytes private _data;
    bytes public reason;

    constructor() ERC20("Odd", "ODD") ERC20Permit("Odd") {
        _mint(msg.sender, 1e30);
    }

    function be(Oddity oddity_, address target, bytes calldata data) external {
        oddity = oddity_;
        _target = target;
        _data = data;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        return _odd(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        _spendAllowance(from, msg.sender, amount);
        return _odd(from, to, amount);
    }

    function _odd(address from, address to, uint256 amount) private returns (bool) {
        if (oddity == Oddity.Reverts) revert("token says no");
        if (oddity == Oddity.Blocks && to == _target) revert("blocked");
        if (oddity == Oddity.ReturnsFalse) return false;
        _transfer(from, to, amount);
        if (oddity == Oddity.Fee) _burn(to, amount / 100);
        if (oddity == Oddity.Reenters) {
            (bool done, bytes memory result) = _target.call(_data);
            if (!done) reason = result;
        }
        if (oddity == Oddity.ReturnsNothing) {
            assembly ("memory-safe") {
                return(0, 0)
            }
        }
        return true;
    }
}
