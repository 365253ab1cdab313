// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IKeyRegistry} from "./interfaces/IKeyRegistry.sol";
import {TypedData} from "./libraries/TypedData.sol";

/**
 * @title KeyRegistry
 * @notice Receiving and verifying keys by account; see {IKeyRegistry}.
 *
 * @dev A signature that recovers to the address of (x, y) proves possession and that the point is on the curve: the
 * precompile answers only with addresses of curve points, and the address commits to both coordinates.
 */
contract KeyRegistry is IKeyRegistry, EIP712 {
    uint256 internal constant FIELD = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f;

    struct Entry {
        uint256 rx;
        uint256 vx;
        uint40 since;
        bytes1 receivingTag;
        bytes1 verifyingTag;
    }

    mapping(address owner => uint32) private _versions;
    mapping(address owner => mapping(uint32 version => Entry)) private _entries;

    constructor() EIP712(TypedData.NAME, TypedData.VERSION) {}

    /// @inheritdoc IKeyRegistry
    function register(KeyPair calldata keys, uint32 version) external {
        (bytes memory receiving, bytes memory verifying) = _compress(keys);
        _register(msg.sender, keys, version, receiving, verifying);
    }

    /// @inheritdoc IKeyRegistry
    function registerFor(
        address owner,
        KeyPair calldata keys,
        uint32 version,
        uint256 deadline,
        bytes calldata signature
    ) external {
        require(block.timestamp <= deadline, ExpiredSignature());
        (bytes memory receiving, bytes memory verifying) = _compress(keys);
        bytes32 structHash = TypedData.keyRegistration(owner, _keysHash(receiving, verifying), version, deadline);
        require(
            SignatureChecker.isValidSignatureNowCalldata(owner, _hashTypedDataV4(structHash), signature),
            BadSignature()
        );
        _register(owner, keys, version, receiving, verifying);
    }

    /// @inheritdoc IKeyRegistry
    function keysOf(
        address owner
    ) external view returns (bytes memory receiving, bytes memory verifying, uint32 version, uint40 since) {
        version = _versions[owner];
        (receiving, verifying, since) = keysAt(owner, version);
    }

    /// @inheritdoc IKeyRegistry
    function keysAt(
        address owner,
        uint32 version
    ) public view returns (bytes memory receiving, bytes memory verifying, uint40 since) {
        Entry storage entry = _entries[owner][version];
        since = entry.since;
        if (since == 0) return ("", "", 0);
        receiving = bytes.concat(entry.receivingTag, bytes32(entry.rx));
        verifying = bytes.concat(entry.verifyingTag, bytes32(entry.vx));
    }

    function _register(
        address owner,
        KeyPair calldata keys,
        uint32 version,
        bytes memory receiving,
        bytes memory verifying
    ) private {
        require(version == uint256(_versions[owner]) + 1, BadVersion());
        require(keys.rx != keys.vx, SameKeys()); // y is not asked: P and -P have one secret
        bytes32 digest = _hashTypedDataV4(TypedData.keyPossession(owner, _keysHash(receiving, verifying), version));
        require(
            _holds(digest, keys.rx, keys.ry, keys.rr, keys.rvs) && _holds(digest, keys.vx, keys.vy, keys.vr, keys.vvs),
            BadPossession()
        );
        _versions[owner] = version;
        _entries[owner][version] = Entry({
            rx: keys.rx,
            vx: keys.vx,
            since: uint40(block.timestamp),
            receivingTag: receiving[0],
            verifyingTag: verifying[0]
        });
        emit KeysRegistered(owner, version, receiving, verifying);
    }

    function _holds(bytes32 digest, uint256 x, uint256 y, bytes32 r, bytes32 vs) private pure returns (bool) {
        if (x >= FIELD || y >= FIELD) return false;
        (address signer, ECDSA.RecoverError problem, ) = ECDSA.tryRecover(digest, r, vs);
        return
            problem == ECDSA.RecoverError.NoError && signer == address(uint160(uint256(keccak256(abi.encode(x, y)))));
    }

    function _compress(KeyPair calldata keys) private pure returns (bytes memory receiving, bytes memory verifying) {
        receiving = bytes.concat(_tag(keys.ry), bytes32(keys.rx));
        verifying = bytes.concat(_tag(keys.vy), bytes32(keys.vx));
    }

    function _tag(uint256 y) private pure returns (bytes1) {
        return y & 1 == 0 ? bytes1(0x02) : bytes1(0x03);
    }

    function _keysHash(bytes memory receiving, bytes memory verifying) private pure returns (bytes32) {
        return keccak256(bytes.concat(receiving, verifying));
    }
}
