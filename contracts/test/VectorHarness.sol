// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Leaf, Leaves} from "../libraries/Leaves.sol";
import {TypedData} from "../libraries/TypedData.sol";

/// @notice Lets the shared JSON vectors ask the libraries what they compute.
contract VectorHarness {
    function leafHash(Leaf calldata leaf) external pure returns (bytes32) {
        return Leaves.hash(leaf);
    }

    function isUnder(
        bytes32 hash,
        uint256 index,
        bytes32[] calldata proof,
        uint256 shares,
        bytes32 root
    ) external pure returns (bool) {
        return Leaves.isUnder(hash, index, proof, shares, root);
    }

    function depth(uint256 shares) external pure returns (uint256) {
        return Leaves.depth(shares);
    }

    /// @dev As every contract recovers: the zero address stands for "refused".
    function recover(bytes32 digest, bytes calldata signature) external pure returns (address signer) {
        (address recovered, ECDSA.RecoverError problem, ) = ECDSA.tryRecoverCalldata(digest, signature);
        if (problem == ECDSA.RecoverError.NoError) signer = recovered;
    }

    function recoverShort(bytes32 digest, bytes32 r, bytes32 vs) external pure returns (address signer) {
        (address recovered, ECDSA.RecoverError problem, ) = ECDSA.tryRecover(digest, r, vs);
        if (problem == ECDSA.RecoverError.NoError) signer = recovered;
    }

    function Ack(
        bytes32 policyId,
        bytes32 leaf,
        uint256 rate,
        uint64 until,
        uint32 lastStart,
        uint32 epoch
    ) external pure returns (bytes32) {
        return TypedData.ack(policyId, leaf, rate, until, lastStart, epoch);
    }

    function Request(
        bytes32 policyId,
        bytes32 leaf,
        address node,
        address reader,
        bytes32[] calldata capsules,
        bytes32 nonce,
        uint64 issuedAt,
        uint64 expiresAt
    ) external pure returns (bytes32) {
        return TypedData.request(policyId, leaf, node, reader, capsules, nonce, issuedAt, expiresAt);
    }

    function Receipt(
        bytes32 policyId,
        bytes32 leaf,
        uint32 epoch,
        bytes32 request,
        bytes32 capsule,
        bytes32 cfrag
    ) external pure returns (bytes32) {
        return TypedData.receipt(policyId, leaf, epoch, request, capsule, cfrag);
    }

    function Reservation(
        bytes32 policyId,
        bytes32 leaf,
        bytes32 chunks,
        uint64 size,
        uint64 expiresAt
    ) external pure returns (bytes32) {
        return TypedData.reservation(policyId, leaf, chunks, size, expiresAt);
    }

    function NodeInfo(
        address node,
        string calldata url,
        bytes32 encryptingKey,
        uint32 keyNumber,
        string calldata peerId,
        uint64 issuedAt
    ) external pure returns (bytes32) {
        return TypedData.nodeInfo(node, url, encryptingKey, keyNumber, peerId, issuedAt);
    }

    function PolicyFor(
        address owner,
        address sponsor,
        bytes32 salt,
        bytes32 root,
        uint8 shares,
        uint96 rate,
        uint40 expiresAt,
        uint256 deadline
    ) external pure returns (bytes32) {
        return TypedData.policyFor(owner, sponsor, salt, root, shares, rate, expiresAt, deadline);
    }

    function Revocation(bytes32 policyId, uint256 deadline) external pure returns (bytes32) {
        return TypedData.revocation(policyId, deadline);
    }

    function Extension(bytes32 policyId, uint40 expiresAt, uint256 deadline) external pure returns (bytes32) {
        return TypedData.extension(policyId, expiresAt, deadline);
    }

    function Heartbeat(
        address node,
        uint32 firstEpoch,
        uint8 count,
        uint256 nonce,
        uint256 deadline
    ) external pure returns (bytes32) {
        return TypedData.heartbeat(node, firstEpoch, count, nonce, deadline);
    }

    function OperatorConsent(address node, uint256 deadline) external pure returns (bytes32) {
        return TypedData.operatorConsent(node, deadline);
    }

    function KeyRegistration(
        address owner,
        bytes32 keys,
        uint32 version,
        uint256 deadline
    ) external pure returns (bytes32) {
        return TypedData.keyRegistration(owner, keys, version, deadline);
    }

    function KeyPossession(address owner, bytes32 keys, uint32 version) external pure returns (bytes32) {
        return TypedData.keyPossession(owner, keys, version);
    }
}
