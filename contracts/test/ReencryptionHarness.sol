// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAdjudicator} from "../interfaces/IAdjudicator.sol";
import {ReencryptionProof} from "../libraries/ReencryptionProof.sol";

/// @notice Lets tests ask the library alone, without a receipt.
contract ReencryptionHarness {
    function judge(IAdjudicator.Evidence calldata evidence) external view returns (IAdjudicator.Verdict) {
        return ReencryptionProof.judge(evidence);
    }

    function fragmentOf(bytes calldata cfrag) external pure returns (bytes32) {
        return ReencryptionProof.fragmentOf(cfrag);
    }

    function checkCapsule(bytes calldata capsule, uint256[6] calldata hints) external pure {
        ReencryptionProof.checkCapsule(capsule, hints);
    }

    function reduce(bytes32 digest) external pure returns (uint256) {
        return ReencryptionProof.reduce(digest);
    }

    function isSum(
        uint256 ax,
        uint256 ay,
        uint256 bx,
        uint256 by,
        uint256 cx,
        uint256 cy
    ) external pure returns (bool) {
        return ReencryptionProof.isSum(ax, ay, bx, by, cx, cy);
    }
}
