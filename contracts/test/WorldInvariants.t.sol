// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EscrowInvariants} from "./EscrowInvariants.sol";
import {PolicyInvariants} from "./PolicyInvariants.sol";
import {World} from "./World.sol";

/**
 * @notice One campaign for all named invariants of MinerEscrow (E01 to E21) and PolicyManager (P01 to P11), all asserted
 * after every call: a campaign for each would ask the same world 32 times over. The failing one says its name.
 */
contract WorldInvariants is EscrowInvariants, PolicyInvariants {
    function setUp() public {
        _deployUnwired();
        world = new World(token, escrow, manager);
        escrow.wire(address(world));
        token.transfer(address(world), token.totalSupply());
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(world);
    }

    function invariant_E01toE21_P01toP11() public view {
        uint256[12] memory wrongs = world.allWrongs();
        _escrowHolds(wrongs);
        _policiesHold(wrongs);
    }
}
