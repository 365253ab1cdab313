// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAdjudicator} from "../interfaces/IAdjudicator.sol";
import {ReencryptionProof} from "./ReencryptionProof.sol";

/**
 * @title CanonicalEvidence
 * @notice The one encoding of evidence: 49 words, everything in its place, nothing beyond what the types can hold.
 *
 * Words: policyId 0, leaf 1 to 4 (its node is 2), epoch 5, request 6, r 7, vs 8, y 9 to 16, products 17 to 28, place of
 * capsule 29 and of cfrag 30; capsule: length 31, bytes from 32; cfrag: length 36, bytes from 37.
 */
library CanonicalEvidence {
    uint256 private constant BYTES = 49 * 32;

    /// @notice Whether lengths, places, padding and the unused bits of address and epoch are as the ABI writes them.
    function isCanonical(IAdjudicator.Evidence calldata evidence) internal pure returns (bool) {
        uint256 excess = (_word(evidence, 2) >> 160) | (_word(evidence, 5) >> 32);
        // 98 = 3 words and 2 bytes, 359 = 11 words and 7 bytes
        uint256 padding = (_word(evidence, 35) << 16) | (_word(evidence, 48) << 56);
        return
            _fits(evidence) &&
            excess | padding == 0 &&
            _word(evidence, 29) == 31 * 32 &&
            _word(evidence, 30) == 36 * 32 &&
            _word(evidence, 31) == ReencryptionProof.CAPSULE_BYTES &&
            _word(evidence, 36) == ReencryptionProof.CFRAG_BYTES;
    }

    /// @notice keccak256(abi.encode(evidence)), for canonical evidence.
    function hash(IAdjudicator.Evidence calldata evidence) internal pure returns (bytes32 digest) {
        uint256 length = BYTES;
        assembly ("memory-safe") {
            let data := mload(0x40)
            mstore(data, 0x20) // place of the one, dynamic value
            calldatacopy(add(data, 0x20), evidence, length)
            digest := keccak256(data, add(length, 0x20))
        }
    }

    /// @notice {Leaves-hash} of the evidence's leaf, which is words 1 to 4.
    function leafHash(IAdjudicator.Evidence calldata evidence) internal pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            let data := mload(0x40)
            calldatacopy(data, add(evidence, 0x20), 0x80)
            mstore(0, keccak256(data, 0x80))
            digest := keccak256(0, 0x20)
        }
    }

    function _fits(IAdjudicator.Evidence calldata evidence) private pure returns (bool fits) {
        uint256 length = BYTES;
        assembly ("memory-safe") {
            fits := iszero(lt(calldatasize(), add(evidence, length)))
        }
    }

    function _word(IAdjudicator.Evidence calldata evidence, uint256 place) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(add(evidence, mul(place, 32)))
        }
    }
}
