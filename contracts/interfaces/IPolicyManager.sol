// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Leaf} from "../libraries/Leaves.sol";

/**
 * @title IPolicyManager
 * @notice Holds a sponsor's prepaid fees for a policy and settles them by the activity of its nodes. Nothing else.
 *
 * Money in: exactly rate * shares * epochs with the policy, in native currency. Money out: credits, pulled by
 * `withdraw`: fees to nodes for active epochs, the rest to the sponsor. The cohort is a Merkle root: creating and
 * revoking cost the same for any number of nodes. No call reads or writes another policy, except to share one payment.
 */
interface IPolicyManager {
    /// @notice A policy as stored.
    /// @param owner who may revoke and whose consent every change needs
    /// @param start first billed epoch, the one after creation
    /// @param end last billed epoch
    /// @param revoked never servable again
    /// @param root of the tree of leaves
    /// @param rate wei per epoch and share
    /// @param left wei not yet settled or refunded
    /// @param expiresAt second from which it is not servable; the time of revocation once revoked
    /// @param sponsored whether somebody else than the owner paid, and is refunded
    struct Policy {
        address owner;
        uint32 start;
        uint32 end;
        uint8 shares;
        bool revoked;
        bytes32 root;
        uint96 rate;
        uint96 left;
        uint40 expiresAt;
        bool sponsored;
    }

    /// @notice What an owner agrees to. `salt` makes the id: 32 random bytes.
    struct Terms {
        bytes32 salt;
        bytes32 root;
        uint8 shares;
        uint96 rate;
        uint40 expiresAt;
    }

    /// @notice A sealed message to Bob, in an event only; none if the envelope is empty. At most 512 bytes.
    struct Note {
        bytes32 tag;
        bytes envelope;
    }

    /// @notice One leaf to settle.
    struct Settlement {
        bytes32 policyId;
        Leaf leaf;
        bytes32[] proof;
    }

    event PolicyCreated(
        bytes32 indexed id,
        address indexed owner,
        address indexed sponsor,
        bytes32 root,
        uint8 shares,
        uint96 rate,
        uint32 start,
        uint32 end,
        uint40 expiresAt
    );
    event PolicyExtended(bytes32 indexed id, uint32 end, uint40 expiresAt, uint256 paid);
    event PolicyRevoked(bytes32 indexed id, uint32 end, uint256 refund);
    event Settled(
        bytes32 indexed id,
        uint256 index,
        address indexed node,
        uint256 paid,
        uint256 refunded,
        uint32 through
    );
    event PolicyClosed(bytes32 indexed id, uint256 refund);
    event Notice(bytes32 indexed id, bytes32 indexed tag, bytes envelope);
    event Withdrawn(address indexed who, address to, uint256 amount);

    error PolicyExists();
    error NoSuchPolicy();
    error NoNodes();
    error TooManyNodes(uint256 got, uint256 max);
    error TooManyPolicies(uint256 got, uint256 max);
    error LengthMismatch();
    error RateZero();
    error EndInPast();
    error DurationTooLong();
    error WrongPayment(uint256 want, uint256 got);
    error NotOwner();
    error NotSponsor();
    error AlreadyRevoked();
    error PolicyOver();
    error NotLater();
    error BadLeafProof();
    error NothingToSettle();
    error NotClosable();
    error NoteTooLong();
    error ExpiredSignature();
    error BadSignature();
    error NothingToWithdraw();
    error WithdrawFailed();

    /**
     * @notice Create a policy that the sender owns and pays.
     *
     * `msg.value` is the quoted deposit; a quote of the epoch before, one epoch dearer, is taken too and the surplus
     * credited, so that a transaction which slips over an epoch's end does not fail.
     */
    function createPolicy(Terms calldata terms, Note calldata note) external payable returns (bytes32 id);

    /// @notice Create at most 32 policies with one payment: the sum of their deposits.
    function createPolicies(
        Terms[] calldata terms,
        Note[] calldata notes
    ) external payable returns (bytes32[] memory ids);

    /// @notice Pay a policy for `owner`, who signed PolicyFor naming the sender as sponsor (EOA or ERC-1271).
    function createPolicyFor(
        Terms calldata terms,
        address owner,
        uint256 deadline,
        bytes calldata signature,
        Note calldata note
    ) external payable returns (bytes32 id);

    /**
     * @notice Lengthen a policy; by its sponsor, with the owner's signature over Extension if they are two.
     *
     * `msg.value` is rate * shares for each epoch added, exactly; it may be 0 within a paid epoch.
     */
    function extendPolicy(
        bytes32 id,
        uint40 expiresAt,
        uint256 deadline,
        bytes calldata ownerSignature
    ) external payable;

    /// @notice End a policy now; unbegun epochs but the first are refunded to the sponsor's credit.
    function revoke(bytes32 id) external;

    /// @notice `revoke` by the owner's signature over Revocation, delivered by anyone.
    function revokeBySig(bytes32 id, uint256 deadline, bytes calldata signature) external;

    /// @notice Emit another notice for a policy; by its owner.
    function notify(bytes32 id, Note calldata note) external;

    /// @notice Settle all final epochs of a leaf: active ones to the node's credit, idle ones to the sponsor's. By anyone.
    function settle(bytes32 id, Leaf calldata leaf, bytes32[] calldata proof) external;

    /// @notice Settle many leaves; entries with nothing to settle are passed over, and all of them being so is an error.
    function settleMany(Settlement[] calldata settlements) external;

    /// @notice Refund what nobody settled, 90 epochs after the last billed one became final. By anyone.
    function close(bytes32 id) external;

    /// @notice Take the sender's credit.
    function withdraw(address to) external;

    function epochLength() external view returns (uint256);

    function credit(address who) external view returns (uint256);

    function policy(bytes32 id) external view returns (Policy memory);

    /// @notice Who is refunded.
    function sponsorOf(bytes32 id) external view returns (address);

    /// @notice Whether nodes serve the policy at second `time`, as far as is known now: a revoked one never again.
    function isServable(bytes32 id, uint256 time) external view returns (bool);

    function verifyLeaf(bytes32 id, Leaf calldata leaf, bytes32[] calldata proof) external view returns (bool);

    /// @notice Epochs of the leaf that are settled.
    function settledEpochs(bytes32 id, uint256 index) external view returns (uint256);

    /// @notice What `settle` would pay and refund now, and through which epoch; zeros if nothing. The proof is not checked.
    function previewSettle(
        bytes32 id,
        Leaf calldata leaf
    ) external view returns (uint256 paid, uint256 refunded, uint32 through);

    function policyIdOf(address owner, bytes32 salt) external view returns (bytes32);

    /// @notice Deposit and billed epochs of a policy created now. Reverts as `createPolicy` would.
    function quote(
        uint96 rate,
        uint8 shares,
        uint40 expiresAt
    ) external view returns (uint256 deposit, uint32 start, uint32 end);
}
