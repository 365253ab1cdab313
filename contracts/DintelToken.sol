// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/**
 * @title DintelToken
 * @notice The stake token: ERC-20 with permit (ERC-2612), a fixed supply of 10^9 with 18 decimals, minted once.
 *
 * It has no owner and mints no more; the part meant for activity rewards reaches nodes only through
 * MinerEscrow.fundRewards. Any plain ERC-20 can take its place when the escrow is deployed.
 */
contract DintelToken is ERC20, ERC20Permit {
    uint256 public constant SUPPLY = 1_000_000_000e18;

    /// @param holder receives the whole supply
    constructor(address holder) ERC20("Dintel", "DNTL") ERC20Permit("Dintel") {
        _mint(holder, SUPPLY);
    }
}
