// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IMinerEscrow} from "./interfaces/IMinerEscrow.sol";
import {Activity} from "./libraries/Activity.sol";
import {Lanes} from "./libraries/Lanes.sol";
import {Ledger} from "./libraries/Ledger.sol";
import {Penalties} from "./libraries/Penalties.sol";
import {Rewards} from "./libraries/Rewards.sol";
import {TypedData} from "./libraries/TypedData.sol";

/**
 * @title MinerEscrow
 * @notice Stake, identity, activity, penalties and rewards of nodes; see {IMinerEscrow}.
 *
 * @dev Two equations hold between any two transactions:
 * token.balanceOf(this) = stake + unbonding + credit + rewards left + carry + penaltyPot (plus unasked gifts), and
 * for every epoch, totalWeight = sum of weightAt over the nodes whose bit of that epoch is set.
 *
 * Unchecked arithmetic is on epochs, which are below 2^32 and to which only constants of the rules are added, and on
 * amounts that a check on the line above bounds. Storage and its writers are in {Ledger}; {Rewards} and {Penalties}
 * are linked libraries that work on it, so that each piece of code stays under 12 KB.
 */
contract MinerEscrow is IMinerEscrow, EIP712, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using Activity for Activity.Bits;
    using Lanes for Lanes.Totals;
    using Ledger for Ledger.Book;

    /// @dev Longest lease, in epochs, and so the farthest bit ahead of the current epoch.
    uint256 internal constant MAX_LEASE = 8;
    /// @dev Farthest promise of availability: beyond any policy (1,024 epochs), short of locking a stake by a slip.
    uint256 internal constant MAX_AVAILABILITY = 4_096;
    IERC20 public immutable token;
    address private immutable _deployer;
    uint256 public immutable epochLength;
    uint256 public immutable disputeWindow;
    uint256 public immutable evidenceWindow;
    uint256 public immutable unbondingEpochs;
    uint256 public immutable minStake;
    uint256 public immutable weightUnit;

    Ledger.Book private _book;

    constructor(IERC20 token_, Rules memory rules) EIP712(TypedData.NAME, TypedData.VERSION) {
        require(
            address(token_) != address(0) &&
                rules.epochLength != 0 &&
                rules.unbonding >= uint256(rules.evidenceWindow) + rules.disputeWindow + 1 &&
                rules.unbonding <= MAX_AVAILABILITY &&
                rules.disputeWindow < MAX_LEASE &&
                rules.weightUnit != 0 &&
                rules.weightUnit <= 1 << 64 &&
                rules.minStake >= 1000 * rules.weightUnit,
            BadRules()
        );
        token = token_;
        _deployer = msg.sender;
        epochLength = rules.epochLength;
        disputeWindow = rules.disputeWindow;
        evidenceWindow = rules.evidenceWindow;
        unbondingEpochs = rules.unbonding;
        minStake = rules.minStake;
        weightUnit = rules.weightUnit;
    }

    /// @inheritdoc IMinerEscrow
    function wire(address adjudicator_) external {
        require(msg.sender == _deployer, NotDeployer());
        require(_book.adjudicator == address(0), AlreadyWired());
        require(adjudicator_ != address(0), NotAdjudicator());
        _book.adjudicator = adjudicator_;
    }

    // ------------------------------------------------------------------ becoming a node and staying one

    /// @inheritdoc IMinerEscrow
    function bond(
        uint128 amount,
        address operator,
        uint256 consentDeadline,
        bytes calldata consent,
        uint32 availableUntil,
        Info calldata info
    ) public nonReentrant {
        Ledger.Node memory its = _book.load(msg.sender);
        require(_book.adjudicator != address(0), NotWired());
        require(its.unbondReady == 0, Exiting());
        require(its.stake == 0, AlreadyBonded());
        require(amount >= minStake, StakeTooSmall());
        _promise(its, availableUntil);
        // a node that comes back may bring its old operator, whose span is still open
        if (operator != its.operator) _appoint(its, operator, consentDeadline, consent);
        if (its.bondedEpoch == 0) {
            its.bondedEpoch = _epoch();
            its.claimedThrough = its.bondedEpoch;
        }
        _addStake(msg.sender, its, amount);
        emit Bonded(msg.sender, operator, amount, availableUntil);
        _announce(msg.sender, info);
        _pull(amount);
    }

    /// @inheritdoc IMinerEscrow
    function bondWithPermit(
        uint128 amount,
        address operator,
        uint256 consentDeadline,
        bytes calldata consent,
        uint32 availableUntil,
        Info calldata info,
        Permit calldata permit
    ) external {
        // whoever used the permit first has set the allowance that it was for: go on, and let the transfer decide
        try
            IERC20Permit(address(token)).permit(
                msg.sender,
                address(this),
                amount,
                permit.deadline,
                permit.v,
                permit.r,
                permit.s
            )
        {} catch {}
        bond(amount, operator, consentDeadline, consent, availableUntil, info);
    }

    /// @inheritdoc IMinerEscrow
    function topUp(address node, uint128 amount) external nonReentrant {
        Ledger.Node memory its = _book.load(node);
        _checkBonded(its);
        require(amount != 0, ZeroAmount());
        require(its.exitEpoch == 0, Exiting());
        _addStake(node, its, amount);
        emit ToppedUp(node, amount);
        _pull(amount);
    }

    /// @inheritdoc IMinerEscrow
    function setOperator(address operator, uint256 consentDeadline, bytes calldata consent) external {
        Ledger.Node memory its = _book.load(msg.sender);
        _checkBonded(its);
        _appoint(its, operator, consentDeadline, consent);
        _book.save(msg.sender, its);
    }

    /// @inheritdoc IMinerEscrow
    function setNodeInfo(Info calldata info) external {
        address node = _nodeOrOperator();
        _checkBonded(_book.load(node));
        _announce(node, info);
    }

    /// @inheritdoc IMinerEscrow
    function setMinRate(uint96 minRate) external {
        address node = _nodeOrOperator();
        Ledger.Node memory its = _book.load(node);
        _checkBonded(its);
        its.minRate = minRate;
        _book.save(node, its);
        emit MinRateSet(node, minRate);
    }

    /// @inheritdoc IMinerEscrow
    function extendAvailability(uint32 epoch) external {
        Ledger.Node memory its = _book.load(msg.sender);
        _checkBonded(its);
        require(its.exitEpoch == 0, Exiting());
        require(epoch > its.availableUntil, AvailabilityNotMonotone());
        _promise(its, epoch);
        _book.save(msg.sender, its);
        emit AvailabilityExtended(msg.sender, epoch);
    }

    // ------------------------------------------------------------------ activity

    /// @inheritdoc IMinerEscrow
    function heartbeat(uint8 count) external {
        Ledger.Span storage own = _book.spans[msg.sender];
        address node = own.node;
        require(node != address(0) && own.to == type(uint32).max, NotOperator());
        unchecked {
            _beat(node, _epoch() + 1, count);
        }
    }

    /// @inheritdoc IMinerEscrow
    function heartbeatBySig(Beat calldata beat, bytes calldata signature) external {
        require(block.timestamp <= beat.deadline, ExpiredSignature());
        Ledger.Node memory its = _book.load(beat.node);
        bytes32 structHash = TypedData.heartbeat(beat.node, beat.firstEpoch, beat.count, beat.nonce, beat.deadline);
        require(beat.nonce == its.nonce && _isSignedBy(its.operator, structHash, signature), BadSignature());
        unchecked {
            ++its.nonce;
        }
        _book.save(beat.node, its);
        _beat(beat.node, beat.firstEpoch, beat.count);
    }

    /// @inheritdoc IMinerEscrow
    function heartbeatBatch(Beat[] calldata beats, bytes[] calldata signatures) external returns (bool[] memory done) {
        done = new bool[](beats.length);
        for (uint256 i = 0; i < beats.length; ++i) {
            // a call of its own for each, so that a bad one undoes only itself
            try this.heartbeatBySig(beats[i], signatures[i]) {
                done[i] = true;
            } catch {}
        }
    }

    function _beat(address node, uint256 firstEpoch, uint256 count) private {
        unchecked {
            require(count != 0 && count <= MAX_LEASE && firstEpoch == _epoch() + 1, BadLease());
        }
        uint256 service = _book.records[node].service;
        if (uint32(service) == 0) {
            require(uint32(service >> 32) == 0, Exiting());
            revert Jail();
        }
        _book.beat(node, firstEpoch, count, uint32(service));
        emit Heartbeat(node, uint32(firstEpoch), uint8(count));
    }

    // ------------------------------------------------------------------ leaving

    /// @inheritdoc IMinerEscrow
    function requestUnbond(uint128 amount) external {
        Ledger.Node memory its = _book.load(msg.sender);
        _checkBonded(its);
        require(its.unbondReady == 0, UnbondPending());
        require(amount != 0, ZeroAmount());
        require(amount <= its.stake, InsufficientStake());
        unchecked {
            its.stake -= amount;
            its.unbonding = amount;
            uint256 last = _epoch();
            if (its.stake == 0) {
                its.exitEpoch = last;
                // every bit and promise of the node must have passed before its delay begins
                last += MAX_LEASE;
                if (its.availableUntil > last) last = its.availableUntil;
            } else {
                require(its.stake >= minStake, StakeTooSmall());
            }
            its.unbondReady = last + unbondingEpochs;
        }
        _commit(msg.sender, its);
        emit UnbondRequested(msg.sender, amount, uint32(its.unbondReady));
    }

    /// @inheritdoc IMinerEscrow
    function cancelUnbond() external {
        Ledger.Node memory its = _book.load(msg.sender);
        _checkUnbonding(its);
        its.stake += its.unbonding;
        _endUnbond(its);
        emit UnbondCancelled(msg.sender);
    }

    /// @inheritdoc IMinerEscrow
    function withdrawStake(address to) external nonReentrant {
        Ledger.Node memory its = _book.load(msg.sender);
        _checkUnbonding(its);
        require(_epoch() >= its.unbondReady, StillLocked(uint32(its.unbondReady)));
        uint256 amount = its.unbonding;
        _book.totalStake -= uint128(amount);
        if (its.exitEpoch != 0) its.availableUntil = 0;
        _endUnbond(its);
        emit StakeWithdrawn(msg.sender, to, amount);
        token.safeTransfer(to, amount);
    }

    /// @inheritdoc IMinerEscrow
    function withdrawCredit(address to) external nonReentrant {
        uint256 amount = _book.credit[msg.sender];
        require(amount != 0, NothingToWithdraw());
        _book.credit[msg.sender] = 0;
        emit CreditWithdrawn(msg.sender, to, amount);
        token.safeTransfer(to, amount);
    }

    // ------------------------------------------------------------------ rewards

    /// @inheritdoc IMinerEscrow
    function fundRewards(uint32 firstPeriod, uint32 periods, uint128 perEpoch) external nonReentrant {
        _pull(Rewards.fund(_book, _epoch(), firstPeriod, periods, perEpoch));
    }

    /// @inheritdoc IMinerEscrow
    function claimRewards(address node, uint32 to) external returns (uint256 amount) {
        return Rewards.claim(_book, node, _lastFinal(), to);
    }

    /// @inheritdoc IMinerEscrow
    function skipRewards(uint32 to) external {
        Rewards.skip(_book, _lastFinal(), to);
    }

    /// @inheritdoc IMinerEscrow
    function recycle(uint32 period) external {
        Rewards.recycle(_book, _epoch(), _lastFinal(), period);
    }

    /// @inheritdoc IMinerEscrow
    function recyclePot() external {
        Rewards.recyclePot(_book, _epoch());
    }

    /// @inheritdoc IMinerEscrow
    function previewReward(address node, uint32 to) external view returns (uint256 amount, uint32 through) {
        return Rewards.preview(_book, node, _lastFinal(), to);
    }

    // ------------------------------------------------------------------ the Adjudicator's part

    /// @inheritdoc IMinerEscrow
    function slash(
        address node,
        address operator,
        Offence kind,
        uint32 epoch,
        address reporter
    ) external returns (uint256 penalty) {
        _checkAdjudicator();
        require(kind == Offence.Liveness || operatorValid(node, operator, epoch), NotOperator());
        Penalties.Rules memory rules = Penalties.Rules({
            current: _epoch(),
            evidenceWindow: evidenceWindow,
            minStake: minStake,
            weightUnit: weightUnit,
            maxLease: MAX_LEASE
        });
        return Penalties.slash(_book, rules, node, kind, epoch, reporter);
    }

    /// @inheritdoc IMinerEscrow
    function voidEpochs(address node, uint32 from, uint32 to) external {
        _checkAdjudicator();
        unchecked {
            uint256 first = _epoch() - disputeWindow;
            uint256 last = _epoch() + MAX_LEASE;
            if (from > first) first = from;
            if (to < last) last = to;
            if (first <= last) Penalties.void(_book, node, first, last);
        }
    }

    // ------------------------------------------------------------------ views

    /// @inheritdoc IMinerEscrow
    function adjudicator() external view returns (address) {
        return _book.adjudicator;
    }

    /// @inheritdoc IMinerEscrow
    function currentEpoch() external view returns (uint32) {
        return uint32(_epoch());
    }

    /// @inheritdoc IMinerEscrow
    function totalStake() external view returns (uint256) {
        return _book.totalStake;
    }

    /// @inheritdoc IMinerEscrow
    function penaltyPot() external view returns (uint256) {
        return _book.penaltyPot;
    }

    /// @inheritdoc IMinerEscrow
    function carry() external view returns (uint256) {
        return _book.carry;
    }

    /// @inheritdoc IMinerEscrow
    function rewards(uint32 period) external view returns (uint256 pot, uint256 left) {
        Ledger.Reserve storage reserve = _book.rewards[period];
        return (reserve.pot, reserve.left);
    }

    /// @inheritdoc IMinerEscrow
    function credit(address who) external view returns (uint256) {
        return _book.credit[who];
    }

    /// @inheritdoc IMinerEscrow
    function miner(address node) external view returns (Ledger.Node memory) {
        return _book.load(node);
    }

    /// @inheritdoc IMinerEscrow
    function span(address operator) external view returns (address node, uint32 from, uint32 to) {
        Ledger.Span storage its = _book.spans[operator];
        return (its.node, its.from, its.to);
    }

    /// @inheritdoc IMinerEscrow
    function operatorValid(address node, address operator, uint32 epoch) public view returns (bool) {
        Ledger.Span storage its = _book.spans[operator];
        return node != address(0) && its.node == node && its.from <= epoch && epoch <= its.to;
    }

    /// @inheritdoc IMinerEscrow
    function isBonded(address node) external view returns (bool) {
        return uint32(_book.records[node].service) != 0;
    }

    /// @inheritdoc IMinerEscrow
    function isActive(address node, uint32 epoch) external view returns (bool) {
        return _book.bits[node].window(epoch) & 1 == 1;
    }

    /// @inheritdoc IMinerEscrow
    function activeEpochs(address node, uint32 from, uint32 to) external view returns (uint256) {
        return _book.bits[node].count(from, to);
    }

    /// @inheritdoc IMinerEscrow
    function slashable(address node) external view returns (uint256) {
        Ledger.Node memory its = _book.load(node);
        return its.stake + its.unbonding;
    }

    /// @inheritdoc IMinerEscrow
    function isJudged(address node, Offence kind, uint32 epoch) external view returns (bool) {
        return _book.offences[node][epoch >> 7] & Penalties.flagOf(kind, epoch) != 0;
    }

    /// @inheritdoc IMinerEscrow
    function weightAt(address node, uint32 epoch) external view returns (uint256) {
        return _book.weightAt(node, _book.load(node), epoch);
    }

    /// @inheritdoc IMinerEscrow
    function totalWeight(uint32 epoch) external view returns (uint256) {
        return _book.lanes.total(epoch);
    }

    // ------------------------------------------------------------------ inner

    function _epoch() private view returns (uint256) {
        return block.timestamp / epochLength;
    }

    /// @dev Last epoch whose bits can change no more.
    function _lastFinal() private view returns (uint256) {
        unchecked {
            return _epoch() - disputeWindow - 1;
        }
    }

    function _addStake(address node, Ledger.Node memory its, uint256 amount) private {
        unchecked {
            uint256 total = _book.totalStake + amount; // two numbers of 128 bits
            require(total < weightUnit << 32, StakeCapReached());
            _book.totalStake = uint128(total);
            its.stake += amount;
        }
        _commit(node, its);
    }

    /// @dev Save a record, its weight brought in line with its stake.
    function _commit(address node, Ledger.Node memory its) private {
        _book.commit(node, its, its.stake < minStake ? 0 : its.stake / weightUnit, _epoch());
    }

    function _checkAdjudicator() private view {
        require(msg.sender == _book.adjudicator, NotAdjudicator());
    }

    function _checkBonded(Ledger.Node memory its) private pure {
        require(its.stake | its.unbondReady != 0, NotNode());
    }

    function _checkUnbonding(Ledger.Node memory its) private pure {
        require(its.unbondReady != 0, NothingToWithdraw());
    }

    function _endUnbond(Ledger.Node memory its) private {
        its.unbonding = 0;
        its.unbondReady = 0;
        its.exitEpoch = 0;
        _commit(msg.sender, its);
    }

    /// @dev The node that the sender operates now, or else the sender.
    function _nodeOrOperator() private view returns (address) {
        Ledger.Span storage own = _book.spans[msg.sender];
        return own.to == type(uint32).max ? own.node : msg.sender;
    }

    /// @dev The new key counts from the next epoch, when the old one stops; a first key counts at once.
    function _appoint(Ledger.Node memory its, address operator, uint256 deadline, bytes calldata consent) private {
        require(block.timestamp <= deadline, ExpiredSignature());
        require(_isSignedBy(operator, TypedData.operatorConsent(msg.sender, deadline), consent), BadSignature());
        require(_book.spans[operator].node == address(0), OperatorTaken());
        uint256 epoch = _epoch();
        address old = its.operator;
        if (old != address(0)) {
            _book.spans[old].to = uint32(epoch);
            unchecked {
                ++epoch;
            }
            emit OperatorSet(msg.sender, operator, uint32(epoch));
        }
        _book.spans[operator] = Ledger.Span({node: msg.sender, from: uint32(epoch), to: type(uint32).max});
        its.operator = operator;
    }

    function _isSignedBy(address signer, bytes32 structHash, bytes calldata signature) private view returns (bool) {
        (address recovered, ECDSA.RecoverError problem, ) = ECDSA.tryRecoverCalldata(
            _hashTypedDataV4(structHash),
            signature
        );
        return problem == ECDSA.RecoverError.NoError && recovered == signer;
    }

    function _promise(Ledger.Node memory its, uint256 epoch) private view {
        uint256 current = _epoch();
        require(epoch >= current, AvailabilityNotMonotone());
        unchecked {
            require(epoch <= current + MAX_AVAILABILITY, AvailabilityTooFar(uint32(current + MAX_AVAILABILITY)));
        }
        its.availableUntil = epoch;
    }

    function _announce(address node, Info calldata info) private {
        bytes calldata key = info.encryptingKey;
        require(bytes(info.url).length <= 255, UrlTooLong());
        require(key.length == 33 && (key[0] == 0x02 || key[0] == 0x03) && info.peerId.length <= 64, BadInfo());
        emit NodeInfoSet(node, info.url, key, info.keyNumber, info.peerId, info.protocol);
    }

    /// @dev Take exactly `amount` from the sender; a token that takes a fee on the way is refused.
    function _pull(uint256 amount) private {
        uint256 before = _balance();
        token.safeTransferFrom(msg.sender, address(this), amount);
        require(_balance() == before + amount, UnexpectedTransferAmount());
    }

    function _balance() private view returns (uint256) {
        return token.balanceOf(address(this));
    }
}
