// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/**
 * @title TypedData
 * @notice EIP-712 struct hashes of every structure of spec section 4, in its order and with its exact type strings.
 *
 * Structures that only travel off the chain (Reservation, NodeInfo) are here too, so that one file decides the bytes and
 * the shared vectors hold it to them. The domain is {name: "Dintel", version: "1", chainId, verifyingContract}.
 */
library TypedData {
    string internal constant NAME = "Dintel";
    string internal constant VERSION = "1";

    bytes32 internal constant ACK = keccak256(
        "Ack(bytes32 policyId,bytes32 leaf,uint256 rate,uint64 until,uint32 lastStart,uint32 epoch)"
    );
    bytes32 internal constant REQUEST = keccak256(
        "Request(bytes32 policyId,bytes32 leaf,address node,address reader,bytes32[] capsules,bytes32 nonce,uint64 issuedAt,uint64 expiresAt)"
    );
    bytes32 internal constant RECEIPT = keccak256(
        "Receipt(bytes32 policyId,bytes32 leaf,uint32 epoch,bytes32 request,bytes32 capsule,bytes32 cfrag)"
    );
    bytes32 internal constant RESERVATION = keccak256(
        "Reservation(bytes32 policyId,bytes32 leaf,bytes32 chunks,uint64 size,uint64 expiresAt)"
    );
    bytes32 internal constant NODE_INFO = keccak256(
        "NodeInfo(address node,string url,bytes32 encryptingKey,uint32 keyNumber,string peerId,uint64 issuedAt)"
    );
    bytes32 internal constant POLICY_FOR = keccak256(
        "PolicyFor(address owner,address sponsor,bytes32 salt,bytes32 root,uint8 shares,uint96 rate,uint40 expiresAt,uint256 deadline)"
    );
    bytes32 internal constant REVOCATION = keccak256("Revocation(bytes32 policyId,uint256 deadline)");
    bytes32 internal constant EXTENSION = keccak256("Extension(bytes32 policyId,uint40 expiresAt,uint256 deadline)");
    bytes32 internal constant HEARTBEAT = keccak256(
        "Heartbeat(address node,uint32 firstEpoch,uint8 count,uint256 nonce,uint256 deadline)"
    );
    bytes32 internal constant OPERATOR_CONSENT = keccak256("OperatorConsent(address node,uint256 deadline)");
    bytes32 internal constant KEY_REGISTRATION = keccak256(
        "KeyRegistration(address owner,bytes32 keys,uint32 version,uint256 deadline)"
    );
    bytes32 internal constant KEY_POSSESSION = keccak256("KeyPossession(address owner,bytes32 keys,uint32 version)");

    bytes32 private constant NAME_HASH = keccak256("Dintel");
    bytes32 private constant VERSION_HASH = keccak256("1");
    bytes32 private constant DOMAIN = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );

    /// @notice What is signed, for this contract (or the contract that a linked library runs in) on this chain now.
    function digest(bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain = keccak256(abi.encode(DOMAIN, NAME_HASH, VERSION_HASH, block.chainid, address(this)));
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function ack(
        bytes32 policyId,
        bytes32 leaf,
        uint256 rate,
        uint64 until,
        uint32 lastStart,
        uint32 epoch
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(ACK, policyId, leaf, rate, until, lastStart, epoch));
    }

    function request(
        bytes32 policyId,
        bytes32 leaf,
        address node,
        address reader,
        bytes32[] memory capsules,
        bytes32 nonce,
        uint64 issuedAt,
        uint64 expiresAt
    ) internal pure returns (bytes32) {
        bytes32 list = keccak256(abi.encodePacked(capsules));
        return keccak256(abi.encode(REQUEST, policyId, leaf, node, reader, list, nonce, issuedAt, expiresAt));
    }

    function receipt(
        bytes32 policyId,
        bytes32 leaf,
        uint32 epoch,
        bytes32 requestHash,
        bytes32 capsule,
        bytes32 cfrag
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(RECEIPT, policyId, leaf, epoch, requestHash, capsule, cfrag));
    }

    function reservation(
        bytes32 policyId,
        bytes32 leaf,
        bytes32 chunks,
        uint64 size,
        uint64 expiresAt
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(RESERVATION, policyId, leaf, chunks, size, expiresAt));
    }

    function nodeInfo(
        address node,
        string memory url,
        bytes32 encryptingKey,
        uint32 keyNumber,
        string memory peerId,
        uint64 issuedAt
    ) internal pure returns (bytes32) {
        bytes32 urlHash = keccak256(bytes(url));
        bytes32 peerHash = keccak256(bytes(peerId));
        return keccak256(abi.encode(NODE_INFO, node, urlHash, encryptingKey, keyNumber, peerHash, issuedAt));
    }

    function policyFor(
        address owner,
        address sponsor,
        bytes32 salt,
        bytes32 root,
        uint8 shares,
        uint96 rate,
        uint40 expiresAt,
        uint256 deadline
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(POLICY_FOR, owner, sponsor, salt, root, shares, rate, expiresAt, deadline));
    }

    function revocation(bytes32 policyId, uint256 deadline) internal pure returns (bytes32) {
        return keccak256(abi.encode(REVOCATION, policyId, deadline));
    }

    function extension(bytes32 policyId, uint40 expiresAt, uint256 deadline) internal pure returns (bytes32) {
        return keccak256(abi.encode(EXTENSION, policyId, expiresAt, deadline));
    }

    function heartbeat(
        address node,
        uint32 firstEpoch,
        uint8 count,
        uint256 nonce,
        uint256 deadline
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(HEARTBEAT, node, firstEpoch, count, nonce, deadline));
    }

    function operatorConsent(address node, uint256 deadline) internal pure returns (bytes32) {
        return keccak256(abi.encode(OPERATOR_CONSENT, node, deadline));
    }

    function keyRegistration(
        address owner,
        bytes32 keys,
        uint32 version,
        uint256 deadline
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(KEY_REGISTRATION, owner, keys, version, deadline));
    }

    function keyPossession(address owner, bytes32 keys, uint32 version) internal pure returns (bytes32) {
        return keccak256(abi.encode(KEY_POSSESSION, owner, keys, version));
    }
}
