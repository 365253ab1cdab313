// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IAdjudicator} from "./interfaces/IAdjudicator.sol";
import {IMinerEscrow} from "./interfaces/IMinerEscrow.sol";
import {IPolicyManager} from "./interfaces/IPolicyManager.sol";
import {CanonicalEvidence} from "./libraries/CanonicalEvidence.sol";
import {Leaf, Leaves} from "./libraries/Leaves.sol";
import {ReencryptionProof} from "./libraries/ReencryptionProof.sol";
import {TypedData} from "./libraries/TypedData.sol";

/**
 * @title Adjudicator
 * @notice Judges signed answers and silence; see {IAdjudicator}.
 *
 * @dev Its balance is the sum of open bonds and credits (plus unasked gifts). The verdict on an answer is a function of
 * the evidence and of the escrow's record of operators alone: no policy is looked up, since the receipt names the leaf.
 */
contract Adjudicator is IAdjudicator, IERC5267, ReentrancyGuardTransient {
    using CanonicalEvidence for Evidence;

    uint256 internal constant MIN_BOND = 0.002 ether;
    /// @dev What a bond covers at the least, and what an answer costs its sender, with room.
    uint256 internal constant BOND_GAS = 400_000;
    uint256 internal constant ANSWER_GAS = 200_000;
    /// @dev A lease is at most so long, so the bits of a silent node's lease end there.
    uint32 internal constant MAX_LEASE = 8;

    IMinerEscrow public immutable escrow;
    IPolicyManager public immutable policyManager;
    uint256 private immutable _epochLength;
    uint256 private immutable _evidenceWindow;

    mapping(bytes32 policyId => mapping(uint256 index => Challenge)) private _challenges;
    mapping(bytes32 hash => uint256 blockNumber) public committedAt;
    mapping(address who => uint256) public credit;

    constructor(IMinerEscrow escrow_, IPolicyManager policyManager_) {
        escrow = escrow_;
        policyManager = policyManager_;
        _epochLength = escrow_.epochLength();
        _evidenceWindow = escrow_.evidenceWindow();
        require(policyManager_.epochLength() == _epochLength && _epochLength > 1, BadWiring());
    }

    // ------------------------------------------------------------------ wrong answers

    /// @inheritdoc IAdjudicator
    function evaluate(Evidence calldata evidence) external view returns (Verdict verdict) {
        (verdict, , ) = _judge(evidence);
    }

    /// @inheritdoc IAdjudicator
    function commit(bytes32 hash) external {
        // the first one stands: who copies it cannot make it younger
        if (committedAt[hash] != 0) return;
        committedAt[hash] = block.number;
        emit Committed(hash);
    }

    /// @inheritdoc IAdjudicator
    function convict(Evidence calldata evidence, bytes32 salt) external nonReentrant returns (uint256 penalty) {
        (Verdict verdict, bytes32 leaf, address operator) = _judge(evidence);
        require(verdict != Verdict.Correct, CFragCorrect());
        address node = evidence.leaf.node;
        uint32 epoch = evidence.epoch;
        address reporter = _reporter(evidence, salt);
        penalty = escrow.slash(node, operator, IMinerEscrow.Offence.Correctness, epoch, reporter);
        emit Convicted(node, evidence.policyId, leaf, verdict, epoch, penalty, reporter);
    }

    function _judge(Evidence calldata evidence) private view returns (Verdict verdict, bytes32 leaf, address operator) {
        require(evidence.isCanonical(), BadEncoding());
        uint256 current = _currentEpoch();
        require(evidence.epoch <= current, EvidenceTooEarly());
        require(current <= evidence.epoch + _evidenceWindow, EvidenceExpired());
        leaf = evidence.leafHash();
        bytes32 receipt = TypedData.receipt(
            evidence.policyId,
            leaf,
            evidence.epoch,
            evidence.request,
            keccak256(evidence.capsule),
            keccak256(evidence.cfrag)
        );
        operator = _operator(receipt, evidence.r, evidence.vs, evidence.leaf.node, evidence.epoch);
        // from here on only bytes that the node signed can convict it
        verdict = ReencryptionProof.judge(evidence);
    }

    /// @dev The sender, if he announced this evidence in an earlier block; else nobody.
    function _reporter(Evidence calldata evidence, bytes32 salt) private returns (address) {
        if (salt == 0) return address(0);
        bytes32 hash = keccak256(abi.encode(evidence.hash(), msg.sender, salt));
        uint256 since = committedAt[hash];
        if (since == 0 || since >= block.number) return address(0);
        delete committedAt[hash];
        return msg.sender;
    }

    // ------------------------------------------------------------------ silence

    /// @inheritdoc IAdjudicator
    function openChallenge(Opening calldata opening) external payable {
        bytes32 policyId = opening.policyId;
        Leaf calldata leaf = opening.leaf;
        bytes32 leafHash = _checkOpening(opening);
        uint32 epoch = _currentEpoch();
        require(escrow.isActive(leaf.node, epoch), NodeIdle());
        ReencryptionProof.checkCapsule(opening.capsule, opening.hints);

        Challenge storage self = _challenges[policyId][leaf.index];
        require(self.challenger == address(0), ChallengePending());
        uint256 least = bondNow();
        require(msg.value >= least, BondTooSmall(least));
        uint40 deadline = uint40(block.timestamp + challengeWindow());
        self.challenger = msg.sender;
        self.deadline = deadline;
        self.epoch = epoch;
        self.bond = uint96(msg.value); // there is less than 2^96 wei
        self.node = leaf.node;
        self.leaf = leafHash;
        self.capsule = keccak256(opening.capsule);
        emit ChallengeOpened(
            _challengeId(policyId, self),
            leaf.node,
            policyId,
            leaf,
            deadline,
            opening.capsule,
            opening.sealedKfrag
        );
    }

    /// @inheritdoc IAdjudicator
    function answer(
        bytes32 policyId,
        uint256 index,
        bytes calldata cfrag,
        uint32 epoch,
        bytes32 request,
        bytes32 r,
        bytes32 vs
    ) external {
        Challenge memory its = _open(policyId, index);
        require(block.timestamp <= its.deadline, WindowClosed());
        require(cfrag.length == ReencryptionProof.CFRAG_BYTES, BadEncoding());
        require(epoch <= _currentEpoch(), EvidenceTooEarly());
        require(uint256(epoch) + 1 >= its.epoch, EvidenceExpired());
        _operator(
            TypedData.receipt(policyId, its.leaf, epoch, request, its.capsule, keccak256(cfrag)),
            r,
            vs,
            its.node,
            epoch
        );

        uint256 cost = _atLeast(MIN_BOND / 2, ANSWER_GAS * block.basefee);
        if (cost > its.bond) cost = its.bond;
        delete _challenges[policyId][index];
        credit[its.node] += cost;
        if (its.bond != cost) credit[its.challenger] += its.bond - cost;
        emit ChallengeAnswered(_challengeId(policyId, its), cfrag, epoch, request, r, vs);
    }

    /// @inheritdoc IAdjudicator
    function excuse(bytes32 policyId, uint256 index) external {
        Challenge memory its = _open(policyId, index);
        require(_isExcused(policyId, its), NotExcused());
        delete _challenges[policyId][index];
        credit[its.challenger] += its.bond;
        emit ChallengeExcused(_challengeId(policyId, its));
    }

    /// @inheritdoc IAdjudicator
    function timeout(bytes32 policyId, uint256 index) external nonReentrant returns (uint256 penalty) {
        Challenge memory its = _open(policyId, index);
        require(block.timestamp > its.deadline, WindowOpen());
        require(!_isExcused(policyId, its), Excused());
        delete _challenges[policyId][index];
        credit[its.challenger] += its.bond;

        escrow.voidEpochs(its.node, its.epoch, its.epoch + MAX_LEASE);
        // asked beforehand and not caught: a call that fails for want of gas must not pass for one that had no reason
        if (
            !escrow.isJudged(its.node, IMinerEscrow.Offence.Liveness, its.epoch) &&
            _currentEpoch() <= its.epoch + _evidenceWindow &&
            escrow.slashable(its.node) != 0
        ) {
            penalty = escrow.slash(its.node, address(0), IMinerEscrow.Offence.Liveness, its.epoch, its.challenger);
        }
        emit ChallengeTimedOut(_challengeId(policyId, its), its.node, penalty);
    }

    /// @inheritdoc IAdjudicator
    function withdraw(address to) external nonReentrant {
        uint256 amount = credit[msg.sender];
        require(amount != 0, NothingToWithdraw());
        require(to != address(0), WithdrawFailed());
        credit[msg.sender] = 0;
        emit Withdrawn(msg.sender, to, amount);
        (bool done, ) = to.call{value: amount}("");
        require(done, WithdrawFailed());
    }

    /// @dev That the policy is in force, the leaf is its, the node promised to serve it, and its reader asks.
    function _checkOpening(Opening calldata opening) private view returns (bytes32 leafHash) {
        IPolicyManager.Policy memory policy = policyManager.policy(opening.policyId);
        uint256 end = block.timestamp + challengeWindow();
        require(!policy.revoked && block.timestamp < policy.expiresAt, NotServable());
        require(end < policy.expiresAt, TooLate());
        leafHash = Leaves.hash(opening.leaf);
        require(
            Leaves.isUnder(leafHash, opening.leaf.index, opening.proof, policy.shares, policy.root),
            BadLeafProof()
        );
        _checkTerms(opening);
        _checkAck(opening, leafHash, policy, end);
        _checkRequest(opening, leafHash);
    }

    function _checkTerms(Opening calldata opening) private pure {
        Conditions calldata terms = opening.terms;
        bytes32 digest = keccak256(
            abi.encode(keccak256(opening.sealedKfrag), terms.keys, terms.reader, terms.byteBudget, terms.conditions)
        );
        require(digest == opening.leaf.terms, BadTerms());
        require(terms.conditions == bytes32(0), Conditional());
    }

    function _checkAck(
        Opening calldata opening,
        bytes32 leafHash,
        IPolicyManager.Policy memory policy,
        uint256 end
    ) private view {
        Promise calldata ack = opening.ack;
        require(policy.rate >= ack.rate && policy.start <= ack.lastStart, BadAck());
        require(end <= ack.until, TooLate());
        bytes32 structHash = TypedData.ack(opening.policyId, leafHash, ack.rate, ack.until, ack.lastStart, ack.epoch);
        address signer = _recover(structHash, ack.r, ack.vs);
        require(escrow.operatorValid(opening.leaf.node, signer, ack.epoch), BadAck());
    }

    function _checkRequest(Opening calldata opening, bytes32 leafHash) private view {
        Question calldata request = opening.request;
        address reader = opening.terms.reader;
        require(block.timestamp < request.expiresAt, BadRequest());
        bytes32[] memory capsules = new bytes32[](1);
        capsules[0] = keccak256(opening.capsule);
        bytes32 structHash = TypedData.request(
            opening.policyId,
            leafHash,
            opening.leaf.node,
            reader,
            capsules,
            request.nonce,
            request.issuedAt,
            request.expiresAt
        );
        require(reader != address(0) && _recover(structHash, request.r, request.vs) == reader, BadRequest());
    }

    // ------------------------------------------------------------------ views

    /// @inheritdoc IAdjudicator
    function challengeWindow() public view returns (uint256) {
        return _epochLength / 2;
    }

    /// @inheritdoc IAdjudicator
    function bondNow() public view returns (uint256) {
        return _atLeast(MIN_BOND, BOND_GAS * block.basefee);
    }

    /// @inheritdoc IAdjudicator
    function challengeOf(bytes32 policyId, uint256 index) external view returns (Challenge memory) {
        return _challenges[policyId][index];
    }

    /// @inheritdoc IERC5267
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        )
    {
        fields = 0x0f; // all but a salt
        name = TypedData.NAME;
        version = TypedData.VERSION;
        chainId = block.chainid;
        verifyingContract = address(this);
        return (fields, name, version, chainId, verifyingContract, salt, extensions);
    }

    // ------------------------------------------------------------------ inner

    function _currentEpoch() private view returns (uint32) {
        return uint32(block.timestamp / _epochLength);
    }

    function _atLeast(uint256 least, uint256 amount) private pure returns (uint256) {
        return amount < least ? least : amount;
    }

    function _open(bytes32 policyId, uint256 index) private view returns (Challenge memory its) {
        its = _challenges[policyId][index];
        require(its.challenger != address(0), NoChallenge());
    }

    /// @dev Revoked within the window: `expiresAt` is when.
    function _isExcused(bytes32 policyId, Challenge memory its) private view returns (bool) {
        IPolicyManager.Policy memory policy = policyManager.policy(policyId);
        return policy.revoked && policy.expiresAt <= its.deadline;
    }

    function _challengeId(bytes32 policyId, Challenge memory its) private pure returns (bytes32) {
        return keccak256(abi.encode(policyId, its.leaf, its.capsule, its.epoch, its.challenger));
    }

    /// @dev Who signed a receipt; a key that was not the node's operator in that epoch reverts.
    function _operator(
        bytes32 structHash,
        bytes32 r,
        bytes32 vs,
        address node,
        uint32 epoch
    ) private view returns (address signer) {
        signer = _recover(structHash, r, vs);
        require(escrow.operatorValid(node, signer, epoch), NotOperator());
    }

    /// @dev The zero address for a signature that is none; it is nobody's operator.
    function _recover(bytes32 structHash, bytes32 r, bytes32 vs) private view returns (address signer) {
        (signer, , ) = ECDSA.tryRecover(TypedData.digest(structHash), r, vs);
    }
}
