// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

/// @notice One share of one policy at one node, as the policy's root commits to it (spec section 3).
/// @param index place in the tree, 0-based
/// @param node stake wallet that serves this share
/// @param fragment keccak256 of everything a cfrag copies from its kfrag
/// @param terms digest of sealed kfrag, keys, reader, byte budget and conditions
struct Leaf {
    uint256 index;
    address node;
    bytes32 fragment;
    bytes32 terms;
}

/**
 * @title Leaves
 * @notice The positional Merkle tree of a policy's cohort.
 *
 * The tree is filled up to a power of two with zero words and a parent is keccak256(left || right) in place order.
 * OpenZeppelin's MerkleProof sorts each pair, so it does not bind the index; a sorted tree would let Alice hide two
 * leaves of one index, or show a second leaf as evidence against an honest node. Hence a loop of our own.
 */
library Leaves {
    /// @notice Leaf hash, hashed twice: its outer preimage has 32 bytes and an inner node's 64, never confused.
    function hash(Leaf memory leaf) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256(abi.encode(leaf.index, leaf.node, leaf.fragment, leaf.terms))));
    }

    /// @notice Length of every proof under a root of this many shares: ceil(log2(shares)).
    function depth(uint256 shares) internal pure returns (uint256 rows) {
        while ((1 << rows) < shares) ++rows;
    }

    /// @notice Whether `leafHash` stands at `index` under `root`.
    function isUnder(
        bytes32 leafHash,
        uint256 index,
        bytes32[] calldata proof,
        uint256 shares,
        bytes32 root
    ) internal pure returns (bool) {
        if (index >= shares || proof.length != depth(shares)) return false;
        bytes32 node = leafHash;
        for (uint256 row = 0; row < proof.length; ++row) {
            node =
                (index >> row) & 1 == 0
                    ? Hashes.efficientKeccak256(node, proof[row])
                    : Hashes.efficientKeccak256(proof[row], node);
        }
        return node == root;
    }
}
