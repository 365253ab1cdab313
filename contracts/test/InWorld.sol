// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Base} from "./Base.sol";
import {World} from "./World.sol";

/// @notice Statements about a world in which everybody acts. They are asked after every action, so they call little.
abstract contract InWorld is Base {
    World internal world;

    function _true(bool condition, string memory what) internal pure {
        if (!condition) vm.assertTrue(condition, what);
    }

    function _none(uint256[12] memory wrongs, World.Wrong wrong, string memory what) internal pure {
        _same(wrongs[uint256(wrong)], 0, what);
    }
}
