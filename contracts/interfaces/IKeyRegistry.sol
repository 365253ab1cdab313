// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/**
 * @title IKeyRegistry
 * @notice Which Umbral keys an account receives and signs with, proved to be held, with all earlier versions.
 *
 * No money. Only the owner, or whoever brings the owner's signature, can register keys for an account.
 */
interface IKeyRegistry {
    /**
     * @notice Two public keys and, by each of them, a signature over KeyPossession(owner, keys, version).
     * @param rx,ry receiving key (Umbral pk_B), affine
     * @param vx,vy verifying key
     * @param rr,rvs receiving key's signature, EIP-2098
     * @param vr,vvs verifying key's signature, EIP-2098
     */
    struct KeyPair {
        uint256 rx;
        uint256 ry;
        uint256 vx;
        uint256 vy;
        bytes32 rr;
        bytes32 rvs;
        bytes32 vr;
        bytes32 vvs;
    }

    event KeysRegistered(address indexed owner, uint32 version, bytes receiving, bytes verifying);

    error BadPossession();
    error BadVersion();
    error SameKeys();
    error ExpiredSignature();
    error BadSignature();

    /// @notice Register the sender's keys; `version` is the last one + 1.
    function register(KeyPair calldata keys, uint32 version) external;

    /// @notice `register` by the owner's signature over KeyRegistration (EOA or ERC-1271), delivered by anyone.
    function registerFor(
        address owner,
        KeyPair calldata keys,
        uint32 version,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Newest keys, compressed (33 bytes each), and the second of registration; empty and 0 if none.
    function keysOf(
        address owner
    ) external view returns (bytes memory receiving, bytes memory verifying, uint32 version, uint40 since);

    /// @notice Keys of one version; empty and 0 if there is none.
    function keysAt(
        address owner,
        uint32 version
    ) external view returns (bytes memory receiving, bytes memory verifying, uint40 since);
}
