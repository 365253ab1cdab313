// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Leaf} from "../libraries/Leaves.sol";

/**
 * @title IAdjudicator
 * @notice Judges what a node signed, and whether it is silent. Its domain is that of Ack, Request and Receipt.
 *
 * Money in: bonds of challenges, in native currency. Money out: the same bonds as credits, pulled by `withdraw`: to the
 * challenger, or in part to the node that answered. Penalties are the escrow's; nothing here holds a stake token.
 * Only a node's own signature convicts it; whatever the accuser adds can at most make the call revert.
 */
interface IAdjudicator {
    /**
     * @notice A node's signed answer with what the proof's verifier cannot compute cheaply itself.
     * Canonical ABI only (1,568 bytes, zero padding), so that one offence has one encoding.
     * @param leaf the share that the receipt names by its hash
     * @param epoch of the receipt
     * @param request of the receipt: digest of the Request, or a challenge's id
     * @param r of the receipt's signature
     * @param vs of the receipt's signature (EIP-2098)
     * @param y of E, V, E1, V1, E2, V2, U1, U2; 0 says "this x has no y"
     * @param products x and y of z*E, h*E1, z*V, h*V1, z*U, h*U1
     * @param capsule 98 bytes: E, V, s
     * @param cfrag 359 bytes: E1, V1, id, X, E2, V2, U1, U2, z, signature
     */
    struct Evidence {
        bytes32 policyId;
        Leaf leaf;
        uint32 epoch;
        bytes32 request;
        bytes32 r;
        bytes32 vs;
        uint256[8] y;
        uint256[12] products;
        bytes capsule;
        bytes cfrag;
    }

    /// @notice What is wrong with an answer; the first that decides.
    enum Verdict {
        Correct,
        Commitment,
        Scalar,
        Point,
        EquationE,
        EquationV,
        EquationU
    }

    /// @notice What a leaf's `terms` is the digest of, but for the sealed kfrag.
    struct Conditions {
        bytes32 keys;
        address reader;
        uint64 byteBudget;
        bytes32 conditions;
    }

    /// @notice A node's promise to serve the leaf, signed (EIP-2098) by its operator of `epoch`.
    struct Promise {
        uint256 rate;
        uint64 until;
        uint32 lastStart;
        uint32 epoch;
        bytes32 r;
        bytes32 vs;
    }

    /// @notice Bob's question for one capsule, signed (EIP-2098) by the leaf's reader.
    struct Question {
        bytes32 nonce;
        uint64 issuedAt;
        uint64 expiresAt;
        bytes32 r;
        bytes32 vs;
    }

    /**
     * @notice All that shows that a node owes an answer.
     * @param proof siblings of the leaf under the policy's root
     * @param hints y of E, y of V, x and y of s*G, x and y of h*E
     * @param capsule 98 bytes
     * @param sealedKfrag the kfrag as the leaf commits to it, for the node to open
     */
    struct Opening {
        bytes32 policyId;
        Leaf leaf;
        bytes32[] proof;
        Conditions terms;
        Promise ack;
        Question request;
        uint256[6] hints;
        bytes capsule;
        bytes sealedKfrag;
    }

    /// @notice An open challenge; all zeros if there is none.
    struct Challenge {
        address challenger;
        uint40 deadline;
        uint32 epoch;
        uint96 bond;
        address node;
        bytes32 leaf;
        bytes32 capsule;
    }

    event Committed(bytes32 indexed hash);
    event Convicted(
        address indexed node,
        bytes32 indexed policyId,
        bytes32 leaf,
        Verdict verdict,
        uint32 epoch,
        uint256 penalty,
        address reporter
    );
    /// @dev With what the node needs to answer: it signs a receipt whose request is `id`.
    event ChallengeOpened(
        bytes32 indexed id,
        address indexed node,
        bytes32 indexed policyId,
        Leaf leaf,
        uint40 deadline,
        bytes capsule,
        bytes sealedKfrag
    );
    event ChallengeAnswered(bytes32 indexed id, bytes cfrag, uint32 epoch, bytes32 request, bytes32 r, bytes32 vs);
    event ChallengeExcused(bytes32 indexed id);
    event ChallengeTimedOut(bytes32 indexed id, address indexed node, uint256 penalty);
    event Withdrawn(address indexed who, address to, uint256 amount);

    error BadWiring();
    error BadEncoding();
    error EvidenceExpired();
    error EvidenceTooEarly();
    error NotOperator();
    error BadCapsule();
    /// @dev Of evidence: 2 to 7 place in `y`, 8 to 13 place of the product. Of a challenge: place in `hints`.
    error BadHint(uint256 which);
    error CFragCorrect();
    error NotServable();
    error TooLate();
    error BadLeafProof();
    error BadTerms();
    error Conditional();
    error BadAck();
    error BadRequest();
    error NodeIdle();
    error ChallengePending();
    error BondTooSmall(uint256 want);
    error NoChallenge();
    error WindowOpen();
    error WindowClosed();
    error NotExcused();
    error Excused();
    error NothingToWithdraw();
    error WithdrawFailed();

    // ---- wrong answers

    /// @notice What `convict` would find. Reverts as it would, but for a correct answer and an offence judged before.
    function evaluate(Evidence calldata evidence) external view returns (Verdict);

    /**
     * @notice Announce a report without showing it: keccak256(abi.encode(keccak256(abi.encode(evidence)), reporter, salt)).
     * It counts from the next block on. Announcing it again changes nothing.
     */
    function commit(bytes32 hash) external;

    /**
     * @notice Slash the node that signed a wrong answer. Anyone may; a reporter's share goes only to a sender who
     * committed in an earlier block, so that a copied transaction earns nothing.
     * @param salt of the commit; 0 if there was none
     */
    function convict(Evidence calldata evidence, bytes32 salt) external returns (uint256 penalty);

    // ---- silence

    /**
     * @notice Demand an answer on chain, within half an epoch. `msg.value` is the bond, at least `bondNow()`.
     * One challenge at a time for each leaf.
     */
    function openChallenge(Opening calldata opening) external payable;

    /**
     * @notice Answer a challenge, by anyone who has the node's receipt for the capsule. The proof is not checked: a wrong
     * one is evidence, in public. The node is credited its gas from the bond, the challenger the rest.
     */
    function answer(
        bytes32 policyId,
        uint256 index,
        bytes calldata cfrag,
        uint32 epoch,
        bytes32 request,
        bytes32 r,
        bytes32 vs
    ) external;

    /// @notice End a challenge without penalty, because the policy was revoked before its deadline.
    function excuse(bytes32 policyId, uint256 index) external;

    /// @notice Punish silence once the deadline has passed: the lease is voided, a liveness penalty falls, the bond returns.
    function timeout(bytes32 policyId, uint256 index) external returns (uint256 penalty);

    /// @notice Take the sender's credit.
    function withdraw(address to) external;

    // ---- views

    /// @notice Seconds in which a challenge must be answered.
    function challengeWindow() external view returns (uint256);

    /// @notice Least bond in a block of the present base fee.
    function bondNow() external view returns (uint256);

    function challengeOf(bytes32 policyId, uint256 index) external view returns (Challenge memory);

    /// @notice Block of the first commit of this hash; 0 if none.
    function committedAt(bytes32 hash) external view returns (uint256);

    function credit(address who) external view returns (uint256);
}
