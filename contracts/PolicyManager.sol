// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IMinerEscrow} from "./interfaces/IMinerEscrow.sol";
import {IPolicyManager} from "./interfaces/IPolicyManager.sol";
import {Leaf, Leaves} from "./libraries/Leaves.sol";
import {TypedData} from "./libraries/TypedData.sol";

/**
 * @title PolicyManager
 * @notice Prepaid fees of policies, settled by activity; see {IPolicyManager}.
 *
 * @dev For every policy, deposits = paid + refunded + left; the balance is the sum of left and credit (plus unasked
 * gifts). It reads the escrow's epochs and activity bits and nothing else outside itself.
 */
contract PolicyManager is IPolicyManager, EIP712, ReentrancyGuardTransient {
    using SafeCast for uint256;

    uint256 internal constant MAX_SHARES = 64;
    uint256 internal constant MAX_EPOCHS = 1_024;
    uint256 internal constant MAX_POLICIES = 32;
    uint256 internal constant MAX_NOTE = 512;
    /// @dev Epochs after finality in which leaves may still be settled before the rest goes back.
    uint256 internal constant CLAIM_WINDOW = 90;

    IMinerEscrow public immutable escrow;
    uint256 public immutable epochLength;
    uint256 internal immutable _disputeWindow;

    mapping(bytes32 id => Policy) private _policies;
    mapping(bytes32 id => address) private _sponsors;
    /// @dev 16 counters of 16 bits per word: epochs of a leaf already settled.
    mapping(bytes32 id => mapping(uint256 word => uint256)) private _settled;
    mapping(address who => uint256) public credit;

    constructor(IMinerEscrow escrow_) EIP712(TypedData.NAME, TypedData.VERSION) {
        escrow = escrow_;
        epochLength = escrow_.epochLength();
        _disputeWindow = escrow_.disputeWindow();
    }

    // ------------------------------------------------------------------ create and extend

    /// @inheritdoc IPolicyManager
    function createPolicy(Terms calldata terms, Note calldata note) external payable returns (bytes32 id) {
        uint256 deposit;
        (id, deposit) = _create(terms, msg.sender, note);
        _acceptPayment(deposit, _perEpoch(terms.rate, terms.shares));
    }

    /// @inheritdoc IPolicyManager
    function createPolicies(
        Terms[] calldata terms,
        Note[] calldata notes
    ) external payable returns (bytes32[] memory ids) {
        require(terms.length != 0, NoNodes());
        require(terms.length <= MAX_POLICIES, TooManyPolicies(terms.length, MAX_POLICIES));
        require(terms.length == notes.length, LengthMismatch());
        ids = new bytes32[](terms.length);
        uint256 deposits = 0;
        uint256 perEpochs = 0;
        for (uint256 i = 0; i < terms.length; ++i) {
            uint256 deposit;
            (ids[i], deposit) = _create(terms[i], msg.sender, notes[i]);
            deposits += deposit;
            perEpochs += _perEpoch(terms[i].rate, terms[i].shares);
        }
        _acceptPayment(deposits, perEpochs);
    }

    /// @inheritdoc IPolicyManager
    function createPolicyFor(
        Terms calldata terms,
        address owner,
        uint256 deadline,
        bytes calldata signature,
        Note calldata note
    ) external payable nonReentrant returns (bytes32 id) {
        bytes32 structHash = TypedData.policyFor(
            owner,
            msg.sender,
            terms.salt,
            terms.root,
            terms.shares,
            terms.rate,
            terms.expiresAt,
            deadline
        );
        _checkSignature(owner, structHash, deadline, signature);
        uint256 deposit;
        (id, deposit) = _create(terms, owner, note);
        _acceptPayment(deposit, _perEpoch(terms.rate, terms.shares));
    }

    /// @inheritdoc IPolicyManager
    function extendPolicy(
        bytes32 id,
        uint40 expiresAt,
        uint256 deadline,
        bytes calldata ownerSignature
    ) external payable nonReentrant {
        Policy storage self = _existing(id);
        _checkServable(self);
        require(msg.sender == _sponsor(self, id), NotSponsor());
        require(expiresAt > self.expiresAt, NotLater());
        if (self.sponsored) {
            _checkSignature(self.owner, TypedData.extension(id, expiresAt, deadline), deadline, ownerSignature);
        }
        uint32 oldEnd = self.end;
        uint32 end = _lastEpoch(self.start, expiresAt);
        if (end < oldEnd) end = oldEnd;
        uint256 price = _perEpoch(self.rate, self.shares) * (end - oldEnd);
        require(msg.value == price, WrongPayment(price, msg.value));
        self.end = end;
        self.expiresAt = expiresAt;
        self.left = (self.left + price).toUint96();
        emit PolicyExtended(id, end, expiresAt, price);
    }

    function _create(
        Terms calldata terms,
        address owner,
        Note calldata note
    ) private returns (bytes32 id, uint256 deposit) {
        id = policyIdOf(owner, terms.salt);
        Policy storage self = _policies[id];
        require(self.owner == address(0), PolicyExists());
        uint32 start;
        uint32 end;
        (deposit, start, end) = quote(terms.rate, terms.shares, terms.expiresAt);

        bool sponsored = owner != msg.sender;
        self.owner = owner;
        self.start = start;
        self.end = end;
        self.shares = terms.shares;
        self.root = terms.root;
        self.rate = terms.rate;
        self.left = deposit.toUint96();
        self.expiresAt = terms.expiresAt;
        self.sponsored = sponsored;
        if (sponsored) _sponsors[id] = msg.sender;

        _emitCreated(id, owner, terms, start, end);
        _emitNote(id, note);
    }

    function _emitCreated(bytes32 id, address owner, Terms calldata terms, uint32 start, uint32 end) private {
        emit PolicyCreated(id, owner, msg.sender, terms.root, terms.shares, terms.rate, start, end, terms.expiresAt);
    }

    /// @dev Exactly `want`, or one epoch more, which is credited.
    function _acceptPayment(uint256 want, uint256 perEpoch) private {
        if (msg.value == want) return;
        require(msg.value == want + perEpoch, WrongPayment(want, msg.value));
        credit[msg.sender] += perEpoch;
    }

    // ------------------------------------------------------------------ revoke and notify

    /// @inheritdoc IPolicyManager
    function revoke(bytes32 id) external {
        Policy storage self = _existing(id);
        require(msg.sender == self.owner, NotOwner());
        _revoke(self, id);
    }

    /// @inheritdoc IPolicyManager
    function revokeBySig(bytes32 id, uint256 deadline, bytes calldata signature) external nonReentrant {
        Policy storage self = _existing(id);
        _checkSignature(self.owner, TypedData.revocation(id, deadline), deadline, signature);
        _revoke(self, id);
    }

    /// @inheritdoc IPolicyManager
    function notify(bytes32 id, Note calldata note) external {
        require(msg.sender == _existing(id).owner, NotOwner());
        _emitNote(id, note);
    }

    /// @dev The first billed epoch and the running one stay billed; the rest is refunded at once, whatever the cohort.
    function _revoke(Policy storage self, bytes32 id) private {
        _checkServable(self);
        uint32 start = self.start;
        uint32 oldEnd = self.end;
        uint32 end = _currentEpoch();
        if (end < start) end = start;
        if (end > oldEnd) end = oldEnd;
        uint256 refund = _perEpoch(self.rate, self.shares) * (oldEnd - end);
        self.end = end;
        self.revoked = true;
        self.left -= uint96(refund); // a part of what was deposited
        self.expiresAt = uint40(block.timestamp);
        if (refund != 0) credit[_sponsor(self, id)] += refund;
        emit PolicyRevoked(id, end, refund);
    }

    // ------------------------------------------------------------------ settle, close, withdraw

    /// @inheritdoc IPolicyManager
    function settle(bytes32 id, Leaf calldata leaf, bytes32[] calldata proof) external nonReentrant {
        require(_isLeaf(_existing(id), leaf, proof), BadLeafProof());
        require(_settle(id, leaf), NothingToSettle());
    }

    /// @inheritdoc IPolicyManager
    function settleMany(Settlement[] calldata settlements) external nonReentrant {
        bool any = false;
        for (uint256 i = 0; i < settlements.length; ++i) {
            Settlement calldata one = settlements[i];
            require(_isLeaf(_existing(one.policyId), one.leaf, one.proof), BadLeafProof());
            if (_settle(one.policyId, one.leaf)) any = true;
        }
        require(any, NothingToSettle());
    }

    /// @inheritdoc IPolicyManager
    function close(bytes32 id) external {
        Policy storage self = _existing(id);
        uint256 refund = self.left;
        require(refund != 0 && _currentEpoch() > uint256(self.end) + _disputeWindow + CLAIM_WINDOW, NotClosable());
        self.left = 0;
        credit[_sponsor(self, id)] += refund;
        emit PolicyClosed(id, refund);
    }

    /// @inheritdoc IPolicyManager
    function withdraw(address to) external nonReentrant {
        uint256 amount = credit[msg.sender];
        require(amount != 0, NothingToWithdraw());
        require(to != address(0), WithdrawFailed());
        credit[msg.sender] = 0;
        emit Withdrawn(msg.sender, to, amount);
        (bool done, ) = to.call{value: amount}("");
        require(done, WithdrawFailed());
    }

    /// @dev The leaf must have been proved.
    function _settle(bytes32 id, Leaf calldata leaf) private returns (bool) {
        Policy storage self = _policies[id];
        (uint256 paid, uint256 refunded, uint32 through) = _due(self, id, leaf);
        if (through == 0) return false;
        uint256 shift = (leaf.index & 15) * 16;
        uint256 word = _settled[id][leaf.index >> 4];
        uint256 total = uint256(through) - self.start + 1; // at most 1,024
        _settled[id][leaf.index >> 4] = (word & ~(uint256(0xffff) << shift)) | (total << shift);
        self.left -= uint96(paid + refunded); // a part of what was deposited
        if (paid != 0) credit[leaf.node] += paid;
        if (refunded != 0) credit[_sponsor(self, id)] += refunded;
        emit Settled(id, leaf.index, leaf.node, paid, refunded, through);
        return true;
    }

    /// @dev All final billed epochs that the leaf has not settled; `through` is 0 if there are none.
    function _due(
        Policy storage self,
        bytes32 id,
        Leaf calldata leaf
    ) private view returns (uint256 paid, uint256 refunded, uint32 through) {
        uint32 last = uint32(_currentEpoch() - _disputeWindow - 1);
        if (last > self.end) last = self.end;
        uint32 first = self.start + uint32(settledEpochs(id, leaf.index));
        // `left` is 0 once every leaf is settled, or the policy was closed
        if (last < first || self.left == 0) return (0, 0, 0);
        uint256 epochs = uint256(last) - first + 1;
        uint256 active = escrow.activeEpochs(leaf.node, first, last);
        uint256 rate = self.rate;
        return (rate * active, rate * (epochs - active), last);
    }

    // ------------------------------------------------------------------ views

    /// @inheritdoc IPolicyManager
    function policy(bytes32 id) external view returns (Policy memory) {
        return _policies[id];
    }

    /// @inheritdoc IPolicyManager
    function sponsorOf(bytes32 id) external view returns (address) {
        return _sponsor(_policies[id], id);
    }

    /// @inheritdoc IPolicyManager
    function isServable(bytes32 id, uint256 time) external view returns (bool) {
        Policy storage self = _policies[id];
        // the second of creation is not kept, its epoch is: the one before the first billed
        return !self.revoked && time < self.expiresAt && time / epochLength + 1 >= self.start;
    }

    /// @inheritdoc IPolicyManager
    function verifyLeaf(bytes32 id, Leaf calldata leaf, bytes32[] calldata proof) external view returns (bool) {
        return _isLeaf(_policies[id], leaf, proof);
    }

    /// @inheritdoc IPolicyManager
    function settledEpochs(bytes32 id, uint256 index) public view returns (uint256) {
        return (_settled[id][index >> 4] >> ((index & 15) * 16)) & 0xffff;
    }

    /// @inheritdoc IPolicyManager
    function previewSettle(
        bytes32 id,
        Leaf calldata leaf
    ) external view returns (uint256 paid, uint256 refunded, uint32 through) {
        return _due(_existing(id), id, leaf);
    }

    /// @inheritdoc IPolicyManager
    function policyIdOf(address owner, bytes32 salt) public view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(this), owner, salt));
    }

    /// @inheritdoc IPolicyManager
    function quote(
        uint96 rate,
        uint8 shares,
        uint40 expiresAt
    ) public view returns (uint256 deposit, uint32 start, uint32 end) {
        require(shares != 0, NoNodes());
        require(shares <= MAX_SHARES, TooManyNodes(shares, MAX_SHARES));
        require(rate != 0, RateZero());
        require(expiresAt > block.timestamp, EndInPast());
        start = _currentEpoch() + 1;
        end = _lastEpoch(start, expiresAt);
        deposit = _perEpoch(rate, shares) * (end - start + 1);
    }

    // ------------------------------------------------------------------ inner

    function _currentEpoch() private view returns (uint32) {
        return uint32(block.timestamp / epochLength);
    }

    /// @dev Last billed epoch of a policy that expires at `expiresAt`; at least the first.
    function _lastEpoch(uint32 start, uint40 expiresAt) private view returns (uint32) {
        uint256 end = (uint256(expiresAt) - 1) / epochLength;
        if (end < start) return start;
        require(end - start < MAX_EPOCHS, DurationTooLong());
        return uint32(end);
    }

    function _perEpoch(uint96 rate, uint8 shares) private pure returns (uint256) {
        return uint256(rate) * shares;
    }

    function _existing(bytes32 id) private view returns (Policy storage self) {
        self = _policies[id];
        require(self.owner != address(0), NoSuchPolicy());
    }

    function _sponsor(Policy storage self, bytes32 id) private view returns (address) {
        return self.sponsored ? _sponsors[id] : self.owner;
    }

    function _checkServable(Policy storage self) private view {
        require(!self.revoked, AlreadyRevoked());
        require(block.timestamp < self.expiresAt, PolicyOver());
    }

    function _isLeaf(Policy storage self, Leaf calldata leaf, bytes32[] calldata proof) private view returns (bool) {
        return Leaves.isUnder(Leaves.hash(leaf), leaf.index, proof, self.shares, self.root);
    }

    function _checkSignature(
        address signer,
        bytes32 structHash,
        uint256 deadline,
        bytes calldata signature
    ) private view {
        require(block.timestamp <= deadline, ExpiredSignature());
        require(
            SignatureChecker.isValidSignatureNowCalldata(signer, _hashTypedDataV4(structHash), signature),
            BadSignature()
        );
    }

    function _emitNote(bytes32 id, Note calldata note) private {
        if (note.envelope.length == 0) return;
        require(note.envelope.length <= MAX_NOTE, NoteTooLong());
        emit Notice(id, note.tag, note.envelope);
    }
}
