// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IMinerEscrow} from "./interfaces/IMinerEscrow.sol";
import {Activity} from "./libraries/Activity.sol";
import {Lanes} from "./libraries/Lanes.sol";
import {TypedData} from "./libraries/TypedData.sol";
import {Weights} from "./libraries/Weights.sol";

/**
 * @title MinerEscrow
 * @notice Stake, identity, activity, penalties and rewards of nodes; see {IMinerEscrow}.
 *
 * @dev Two equations hold between any two transactions:
 * token.balanceOf(this) = stake + unbonding + credit + rewards left + carry + penaltyPot (plus unasked gifts), and
 * for every epoch, totalWeight = sum of weightAt over the nodes whose bit of that epoch is set.
 * Storage is packed so that a first bond writes three fresh slots and a steady heartbeat touches four.
 */
contract MinerEscrow is IMinerEscrow, EIP712, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;
    using Activity for Activity.Bits;
    using Lanes for Lanes.Totals;
    using Weights for Weights.History;

    /// @dev The total stake is below 2^32 weight units and a unit at most 2^64, so an amount of stake fits 96 bits.
    struct Node {
        address operator;
        uint96 stake;
        // second word
        uint32 bondedEpoch;
        uint32 availableUntil;
        uint32 exitEpoch;
        uint32 unbondReady;
        uint32 claimedThrough;
        uint32 weight;
        uint32 lastSlashEpoch;
        uint16 slashCount;
        // third word: empty until a node unbonds, changes its weight, names a rate or beats by signature
        uint96 unbonding;
        uint96 minRate;
        uint32 weightChanges;
        uint32 nonce;
    }

    struct Span {
        address node;
        uint32 from;
        uint32 to;
    }

    struct Reserve {
        uint128 pot;
        uint128 left;
    }

    /// @dev Longest lease, in epochs, and so the farthest bit ahead of the current epoch.
    uint32 internal constant MAX_LEASE = 8;
    /// @dev Farthest promise of availability: beyond any policy (1,024 epochs), short of locking a stake by a slip.
    uint32 internal constant MAX_AVAILABILITY = 4_096;
    uint32 internal constant REWARD_PERIOD = 64;
    uint32 internal constant REWARD_CLAIM_WINDOW = 256;
    uint256 internal constant MAX_PERIODS = 32;
    uint256 internal constant BPS = 10_000;
    uint256 internal constant CORRECTNESS_BPS = 200;
    uint256 internal constant CORRECTNESS_CAP_BPS = 3_000;
    uint256 internal constant LIVENESS_BPS = 25;
    uint256 internal constant REPORTER_BPS = 2_000;
    /// @dev Epochs without a slash after which the history halves.
    uint32 internal constant HISTORY_HALF_LIFE = 90;

    IERC20 public immutable token;
    address public immutable deployer;
    uint32 public immutable epochLength;
    uint32 public immutable disputeWindow;
    uint32 public immutable evidenceWindow;
    uint32 public immutable unbondingEpochs;
    uint128 public immutable minStake;
    uint128 public immutable weightUnit;

    address public adjudicator;

    uint128 private _totalStake;
    uint128 private _penaltyPot;
    uint256 public carry;
    mapping(address who => uint256) public credit;

    mapping(address node => Node) private _nodes;
    mapping(address operator => Span) private _spans;
    mapping(address node => Activity.Bits) private _bits;
    mapping(address node => Weights.History) private _weights;
    mapping(address node => mapping(uint256 word => uint256)) private _offences;
    Lanes.Totals private _lanes;
    mapping(uint32 period => Reserve) private _reserves;

    constructor(IERC20 token_, Rules memory rules) EIP712(TypedData.NAME, TypedData.VERSION) {
        require(
            address(token_) != address(0) &&
                rules.epochLength != 0 &&
                rules.unbonding >= rules.evidenceWindow + rules.disputeWindow + 1 &&
                rules.disputeWindow <= MAX_LEASE - 1 &&
                rules.weightUnit != 0 &&
                rules.weightUnit <= 1 << 64 &&
                rules.minStake >= 1000 * rules.weightUnit,
            BadRules()
        );
        token = token_;
        deployer = msg.sender;
        epochLength = rules.epochLength;
        disputeWindow = rules.disputeWindow;
        evidenceWindow = rules.evidenceWindow;
        unbondingEpochs = rules.unbonding;
        minStake = rules.minStake;
        weightUnit = rules.weightUnit;
    }

    /// @inheritdoc IMinerEscrow
    function wire(address adjudicator_) external {
        require(msg.sender == deployer, NotDeployer());
        require(adjudicator == address(0), AlreadyWired());
        require(adjudicator_ != address(0), NotAdjudicator());
        adjudicator = adjudicator_;
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
    ) external nonReentrant {
        _bond(amount, operator, consentDeadline, consent, availableUntil, info);
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
    ) external nonReentrant {
        // whoever used the permit first has set the allowance it was for: go on and let the transfer decide
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
        _bond(amount, operator, consentDeadline, consent, availableUntil, info);
    }

    function _bond(
        uint128 amount,
        address operator,
        uint256 consentDeadline,
        bytes calldata consent,
        uint32 availableUntil,
        Info calldata info
    ) private {
        Node storage self = _nodes[msg.sender];
        uint32 epoch = currentEpoch();
        require(adjudicator != address(0), NotWired());
        require(self.unbondReady == 0, Exiting());
        require(self.stake == 0, AlreadyBonded());
        require(amount >= minStake, StakeTooSmall());
        require(availableUntil >= epoch, AvailabilityNotMonotone());
        _checkAvailability(availableUntil, epoch);
        _checkInfo(info);

        // a node that comes back may bring its old operator, whose span is still open
        if (operator != self.operator) _appoint(self, operator, epoch, consentDeadline, consent);
        if (self.bondedEpoch == 0) {
            self.bondedEpoch = epoch;
            self.claimedThrough = epoch;
        }
        self.availableUntil = availableUntil;
        _addStake(self, msg.sender, amount, epoch);

        emit Bonded(msg.sender, operator, amount, availableUntil);
        _emitInfo(msg.sender, info);
        _pull(amount);
    }

    /// @inheritdoc IMinerEscrow
    function topUp(address node, uint128 amount) external nonReentrant {
        Node storage self = _bonded(node);
        require(amount != 0, ZeroAmount());
        require(self.exitEpoch == 0, Exiting());
        _addStake(self, node, amount, currentEpoch());
        emit ToppedUp(node, amount);
        _pull(amount);
    }

    /// @inheritdoc IMinerEscrow
    function setOperator(address operator, uint256 consentDeadline, bytes calldata consent) external {
        _appoint(_bonded(msg.sender), operator, currentEpoch(), consentDeadline, consent);
    }

    /// @inheritdoc IMinerEscrow
    function setNodeInfo(Info calldata info) external {
        _checkInfo(info);
        _emitInfo(_nodeOrOperator(), info);
    }

    /// @inheritdoc IMinerEscrow
    function setMinRate(uint96 minRate) external {
        address node = _nodeOrOperator();
        _nodes[node].minRate = minRate;
        emit MinRateSet(node, minRate);
    }

    /// @inheritdoc IMinerEscrow
    function extendAvailability(uint32 epoch) external {
        Node storage self = _bonded(msg.sender);
        uint32 current = currentEpoch();
        require(self.exitEpoch == 0, Exiting());
        require(epoch > self.availableUntil && epoch >= current, AvailabilityNotMonotone());
        _checkAvailability(epoch, current);
        self.availableUntil = epoch;
        emit AvailabilityExtended(msg.sender, epoch);
    }

    // ------------------------------------------------------------------ activity

    /// @inheritdoc IMinerEscrow
    function heartbeat(uint8 count) external {
        Span storage own = _spans[msg.sender];
        address node = own.node;
        require(node != address(0) && own.to == type(uint32).max, NotOperator());
        _orRevert(_beat(node, currentEpoch() + 1, count));
    }

    /// @inheritdoc IMinerEscrow
    function heartbeatBySig(Beat calldata beat, bytes calldata signature) external {
        _orRevert(_signedBeat(beat, signature));
    }

    /// @inheritdoc IMinerEscrow
    function heartbeatBatch(Beat[] calldata beats, bytes[] calldata signatures) external returns (bool[] memory done) {
        done = new bool[](beats.length);
        for (uint256 i = 0; i < beats.length && i < signatures.length; ++i) {
            done[i] = _signedBeat(beats[i], signatures[i]) == 0;
        }
    }

    /// @dev Returns the selector of the error, or 0 when done: a batch must not die of one bad entry.
    function _signedBeat(Beat calldata beat, bytes calldata signature) private returns (bytes4) {
        if (block.timestamp > beat.deadline) return ExpiredSignature.selector;
        Node storage self = _nodes[beat.node];
        if (beat.nonce != self.nonce) return BadSignature.selector;
        bytes32 structHash = TypedData.heartbeat(beat.node, beat.firstEpoch, beat.count, beat.nonce, beat.deadline);
        if (!_isSignedBy(self.operator, structHash, signature)) return BadSignature.selector;
        bytes4 problem = _beat(beat.node, beat.firstEpoch, beat.count);
        if (problem == 0) ++self.nonce;
        return problem;
    }

    function _beat(address node, uint32 firstEpoch, uint8 count) private returns (bytes4) {
        if (count == 0 || count > MAX_LEASE || firstEpoch != currentEpoch() + 1) return BadLease.selector;
        Node storage self = _nodes[node];
        uint256 weight = self.weight;
        if (weight == 0) {
            if (self.exitEpoch != 0) return Exiting.selector;
            return self.stake == 0 && self.unbondReady == 0 ? NotNode.selector : Jail.selector;
        }
        uint256 fresh = _bits[node].set(firstEpoch, (1 << count) - 1);
        _lanes.shift(firstEpoch, fresh, weight, 0);
        emit Heartbeat(node, firstEpoch, count);
        return 0;
    }

    // ------------------------------------------------------------------ leaving

    /// @inheritdoc IMinerEscrow
    function requestUnbond(uint128 amount) external {
        Node storage self = _bonded(msg.sender);
        require(self.unbondReady == 0, UnbondPending());
        require(amount != 0, ZeroAmount());
        uint256 stake = self.stake;
        require(amount <= stake, InsufficientStake());
        uint256 rest = stake - amount;
        uint32 epoch = currentEpoch();
        uint32 ready = epoch + unbondingEpochs;
        if (rest == 0) {
            // all bits and promises of the node must have passed before its delay begins
            uint32 last = epoch + MAX_LEASE;
            if (self.availableUntil > last) last = self.availableUntil;
            ready = last + unbondingEpochs;
            self.exitEpoch = epoch;
        } else {
            require(rest >= minStake, StakeTooSmall());
        }
        self.stake = uint96(rest);
        self.unbonding = uint96(amount);
        self.unbondReady = ready;
        _reweigh(self, msg.sender, epoch);
        emit UnbondRequested(msg.sender, amount, ready);
    }

    /// @inheritdoc IMinerEscrow
    function cancelUnbond() external {
        Node storage self = _nodes[msg.sender];
        require(self.unbondReady != 0, NothingToWithdraw());
        self.stake += self.unbonding;
        self.unbonding = 0;
        self.unbondReady = 0;
        self.exitEpoch = 0;
        _reweigh(self, msg.sender, currentEpoch());
        emit UnbondCancelled(msg.sender);
    }

    /// @inheritdoc IMinerEscrow
    function withdrawStake(address to) external nonReentrant {
        Node storage self = _nodes[msg.sender];
        uint32 ready = self.unbondReady;
        require(ready != 0, NothingToWithdraw());
        require(currentEpoch() >= ready, StillLocked(ready));
        uint96 amount = self.unbonding;
        _totalStake -= amount;
        self.unbonding = 0;
        self.unbondReady = 0;
        if (self.exitEpoch != 0) {
            self.exitEpoch = 0;
            self.availableUntil = 0;
        }
        emit StakeWithdrawn(msg.sender, to, amount);
        token.safeTransfer(to, amount);
    }

    /// @inheritdoc IMinerEscrow
    function withdrawCredit(address to) external nonReentrant {
        uint256 amount = credit[msg.sender];
        require(amount != 0, NothingToWithdraw());
        credit[msg.sender] = 0;
        emit CreditWithdrawn(msg.sender, to, amount);
        token.safeTransfer(to, amount);
    }

    // ------------------------------------------------------------------ rewards

    /// @inheritdoc IMinerEscrow
    function fundRewards(uint32 firstPeriod, uint32 periods, uint128 perEpoch) external nonReentrant {
        require(periods != 0 && perEpoch != 0, ZeroAmount());
        require(periods <= MAX_PERIODS, TooManyPeriods(periods, MAX_PERIODS));
        require(firstPeriod > currentEpoch() / REWARD_PERIOD, PeriodStarted());
        uint256 amount = uint256(perEpoch) * REWARD_PERIOD;
        for (uint32 i = 0; i < periods; ++i) {
            _fund(firstPeriod + i, amount);
            emit RewardsFunded(firstPeriod + i, amount);
        }
        _pull(amount * periods);
    }

    /// @inheritdoc IMinerEscrow
    function claimRewards(address node, uint32 to) external returns (uint256 amount) {
        Node storage self = _nodes[node];
        require(self.bondedEpoch != 0, NotNode());
        uint32 from = self.claimedThrough + 1;
        uint32 through = _claimable(from, to);
        require(through >= from, NothingToClaim());
        self.claimedThrough = through;
        uint32 period = from / REWARD_PERIOD;
        for (uint32 start = from; start <= through; ++period) {
            uint32 end = period * REWARD_PERIOD + REWARD_PERIOD - 1;
            if (end > through) end = through;
            uint256 part = _earned(self, node, period, start, end);
            if (part != 0) _reserves[period].left -= uint128(part); // part <= pot, which has 128 bits
            amount += part;
            start = end + 1;
        }
        credit[node] += amount;
        emit RewardsClaimed(node, from, through, amount);
    }

    /// @inheritdoc IMinerEscrow
    function skipRewards(uint32 to) external {
        Node storage self = _nodes[msg.sender];
        require(self.bondedEpoch != 0, NotNode());
        uint32 last = _lastFinal();
        if (to > last) to = last;
        require(to > self.claimedThrough, NothingToClaim());
        uint32 from = self.claimedThrough + 1;
        self.claimedThrough = to;
        emit RewardsClaimed(msg.sender, from, to, 0);
    }

    /// @inheritdoc IMinerEscrow
    function recycle(uint32 period) external {
        uint32 epoch = currentEpoch();
        require(
            epoch > REWARD_PERIOD * (uint256(period) + 1) + disputeWindow + REWARD_CLAIM_WINDOW,
            NotRecyclable()
        );
        uint256 amount = _reserves[period].left;
        require(amount != 0, NotRecyclable());
        delete _reserves[period];
        _recycle(amount, epoch);
    }

    /// @inheritdoc IMinerEscrow
    function recyclePot() external {
        uint256 amount = _penaltyPot;
        require(amount != 0, NotRecyclable());
        _penaltyPot = 0;
        _recycle(amount, currentEpoch());
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
        require(msg.sender == adjudicator, NotAdjudicator());
        require(kind == Offence.Liveness || operatorValid(node, operator, epoch), NotOperator());
        uint32 current = currentEpoch();
        require(epoch <= current && current <= uint256(epoch) + evidenceWindow, NothingToSlash());
        uint256 flag = _offenceFlag(kind, epoch);
        require(_offences[node][epoch >> 7] & flag == 0, AlreadyJudged());
        _offences[node][epoch >> 7] |= flag;

        Node storage self = _nodes[node];
        uint256 stake = self.stake;
        uint256 atStake = stake + self.unbonding;
        require(atStake != 0, NothingToSlash());
        uint256 bps = kind == Offence.Liveness ? LIVENESS_BPS : _raiseHistory(self, current);
        penalty = (atStake * bps + BPS - 1) / BPS; // rounded up, so never 0
        uint256 reward = reporter == address(0) ? 0 : (penalty * REPORTER_BPS) / BPS; // rounded down
        _totalStake -= uint128(penalty);
        _penaltyPot += uint128(penalty - reward);
        if (reward != 0) credit[reporter] += reward;
        if (penalty <= stake) {
            stake -= penalty;
        } else {
            self.unbonding -= uint96(penalty - stake);
            stake = 0;
        }
        self.stake = uint96(stake);

        emit Slashed(node, kind, epoch, penalty, reward, reporter);
        if (stake < minStake) {
            _void(self, node, current, current + 1, current + MAX_LEASE);
            if (self.weight != 0) emit Jailed(node);
        }
        _reweigh(self, node, current);
    }

    /// @inheritdoc IMinerEscrow
    function voidEpochs(address node, uint32 from, uint32 to) external {
        require(msg.sender == adjudicator, NotAdjudicator());
        uint32 current = currentEpoch();
        uint32 first = current - disputeWindow;
        uint32 last = current + MAX_LEASE;
        if (from < first) from = first;
        if (to > last) to = last;
        if (from <= to) _void(_nodes[node], node, current, from, to);
    }

    // ------------------------------------------------------------------ views

    /// @inheritdoc IMinerEscrow
    function currentEpoch() public view returns (uint32) {
        return uint32(block.timestamp / epochLength);
    }

    /// @inheritdoc IMinerEscrow
    function miner(address node) external view returns (Miner memory) {
        Node storage self = _nodes[node];
        return
            Miner({
                operator: self.operator,
                bondedEpoch: self.bondedEpoch,
                availableUntil: self.availableUntil,
                exitEpoch: self.exitEpoch,
                stake: self.stake,
                unbonding: self.unbonding,
                minRate: self.minRate,
                unbondReady: self.unbondReady,
                claimedThrough: self.claimedThrough,
                weight: self.weight,
                lastSlashEpoch: self.lastSlashEpoch,
                slashCount: self.slashCount
            });
    }

    /// @inheritdoc IMinerEscrow
    function totalStake() external view returns (uint256) {
        return _totalStake;
    }

    /// @inheritdoc IMinerEscrow
    function penaltyPot() external view returns (uint256) {
        return _penaltyPot;
    }

    /// @inheritdoc IMinerEscrow
    function rewards(uint32 period) external view returns (uint128 pot, uint128 left) {
        Reserve storage reserve = _reserves[period];
        return (reserve.pot, reserve.left);
    }

    /// @inheritdoc IMinerEscrow
    function nonces(address node) external view returns (uint256) {
        return _nodes[node].nonce;
    }

    /// @inheritdoc IMinerEscrow
    function nodeOf(address operator) external view returns (address) {
        return _spans[operator].node;
    }

    /// @inheritdoc IMinerEscrow
    function span(address operator) external view returns (uint32 from, uint32 to) {
        Span storage its = _spans[operator];
        return (its.from, its.to);
    }

    /// @inheritdoc IMinerEscrow
    function operatorValid(address node, address operator, uint32 epoch) public view returns (bool) {
        Span storage its = _spans[operator];
        return node != address(0) && its.node == node && its.from <= epoch && epoch <= its.to;
    }

    /// @inheritdoc IMinerEscrow
    function isBonded(address node) external view returns (bool) {
        return _nodes[node].weight != 0;
    }

    /// @inheritdoc IMinerEscrow
    function isActive(address node, uint32 epoch) external view returns (bool) {
        return _bits[node].isSet(epoch);
    }

    /// @inheritdoc IMinerEscrow
    function activeEpochs(address node, uint32 from, uint32 to) external view returns (uint256) {
        return _bits[node].count(from, to);
    }

    /// @inheritdoc IMinerEscrow
    function slashable(address node) external view returns (uint256) {
        Node storage self = _nodes[node];
        return uint256(self.stake) + self.unbonding;
    }

    /// @inheritdoc IMinerEscrow
    function isJudged(address node, Offence kind, uint32 epoch) external view returns (bool) {
        return _offences[node][epoch >> 7] & _offenceFlag(kind, epoch) != 0;
    }

    /// @inheritdoc IMinerEscrow
    function weightAt(address node, uint32 epoch) external view returns (uint32) {
        return _weightAt(_nodes[node], node, epoch);
    }

    /// @inheritdoc IMinerEscrow
    function totalWeight(uint32 epoch) external view returns (uint256) {
        return _lanes.total(epoch);
    }

    /// @inheritdoc IMinerEscrow
    function previewReward(address node, uint32 to) external view returns (uint256 amount, uint32 through) {
        Node storage self = _nodes[node];
        uint32 from = self.claimedThrough + 1;
        if (self.bondedEpoch == 0) return (0, 0);
        through = _claimable(from, to);
        if (through < from) return (0, from - 1);
        for (uint32 epoch = from; epoch <= through; ++epoch) {
            amount += _earned(self, node, epoch / REWARD_PERIOD, epoch, epoch);
        }
    }

    // ------------------------------------------------------------------ stake and weight

    function _addStake(Node storage self, address node, uint256 amount, uint32 epoch) private {
        uint256 total = _totalStake + amount;
        require(total < (uint256(weightUnit) << 32), StakeCapReached());
        _totalStake = uint128(total);
        self.stake += uint96(amount); // amount <= total < 2^96
        _reweigh(self, node, epoch);
    }

    /// @dev Bring the weight in line with the stake: in force from the next epoch on, in announced epochs too.
    function _reweigh(Node storage self, address node, uint32 epoch) private {
        uint256 stake = self.stake;
        uint32 old = self.weight;
        uint32 weight = stake < minStake ? 0 : uint32(stake / weightUnit);
        if (weight == old) return;
        uint256 ahead = _bits[node].window(epoch + 1); // nothing is ever set beyond the longest lease
        _lanes.shift(epoch + 1, ahead, weight, old);
        self.weight = weight;

        if (self.bondedEpoch == epoch) return; // weighed nothing until now
        uint32 changes = self.weightChanges;
        if (changes != 0) {
            (uint32 until, ) = _weights[node].entry(changes - 1);
            if (until == epoch) return; // the weight in force in this epoch is on record
        }
        _weights[node].push(changes, epoch, old);
        self.weightChanges = changes + 1;
    }

    function _weightAt(Node storage self, address node, uint32 epoch) private view returns (uint32) {
        uint32 bonded = self.bondedEpoch;
        if (bonded == 0 || epoch <= bonded) return 0;
        return _weights[node].weightAt(self.weightChanges, epoch, self.weight);
    }

    /// @dev Clear the bits of [from, to], at most 16 epochs, and take their weight out of the lanes.
    function _void(Node storage self, address node, uint32 current, uint32 from, uint32 to) private {
        uint256 mask = _bits[node].window(from) & ((1 << (to - from + 1)) - 1);
        if (mask == 0) return;
        _bits[node].clear(from, mask);
        emit EpochsVoided(node, from, to);
        // epochs up to now weighed what they weighed then; those ahead weigh what the node weighs
        for (; from <= current; ++from) {
            if (mask & 1 == 1) _lanes.shift(from, 1, 0, _weightAt(self, node, from));
            mask >>= 1;
        }
        _lanes.shift(from, mask, 0, self.weight);
    }

    // ------------------------------------------------------------------ reward arithmetic

    function _fund(uint32 period, uint256 amount) private {
        Reserve storage reserve = _reserves[period];
        reserve.pot = (reserve.pot + amount).toUint128();
        reserve.left = (reserve.left + amount).toUint128();
    }

    /// @dev A pot is a whole number per epoch; what does not divide waits for the next time.
    function _recycle(uint256 amount, uint32 epoch) private {
        amount += carry;
        uint256 rest = amount % REWARD_PERIOD;
        carry = rest;
        uint32 period = epoch / REWARD_PERIOD + 1;
        _fund(period, amount - rest);
        emit RewardsRecycled(period, amount - rest);
    }

    /// @dev Last epoch whose bits can change no more.
    function _lastFinal() private view returns (uint32) {
        return currentEpoch() - disputeWindow - 1;
    }

    function _claimable(uint32 from, uint32 to) private view returns (uint32) {
        uint32 last = _lastFinal();
        if (to > last) to = last;
        if (to > from + REWARD_PERIOD - 1) to = from + REWARD_PERIOD - 1;
        return to;
    }

    /// @dev Reward of [from, to] within one period, each epoch rounded down.
    function _earned(
        Node storage self,
        address node,
        uint32 period,
        uint32 from,
        uint32 to
    ) private view returns (uint256 amount) {
        uint256 perEpoch = _reserves[period].pot / REWARD_PERIOD;
        if (perEpoch == 0) return 0;
        for (uint32 epoch = from; epoch <= to; ++epoch) {
            if (!_bits[node].isSet(epoch)) continue;
            uint256 total = _lanes.total(epoch);
            // an exit leaves announced bits without weight
            if (total != 0) amount += (perEpoch * _weightAt(self, node, epoch)) / total;
        }
    }

    // ------------------------------------------------------------------ penalties

    function _offenceFlag(Offence kind, uint32 epoch) private pure returns (uint256) {
        return 1 << ((epoch & 127) * 2 + uint256(kind));
    }

    /// @dev Basis points of this conviction; the next one within the half-life costs twice as much.
    function _raiseHistory(Node storage self, uint32 current) private returns (uint256 bps) {
        uint256 idle = (current - self.lastSlashEpoch) / HISTORY_HALF_LIFE;
        uint256 history = uint256(self.slashCount) >> (idle > 15 ? 15 : idle);
        if (history < type(uint16).max) self.slashCount = uint16(history + 1);
        self.lastSlashEpoch = current;
        bps = CORRECTNESS_BPS << (history > 4 ? 4 : history);
        if (bps > CORRECTNESS_CAP_BPS) bps = CORRECTNESS_CAP_BPS;
    }

    // ------------------------------------------------------------------ doors

    function _bonded(address node) private view returns (Node storage self) {
        self = _nodes[node];
        require(self.stake != 0 || self.unbondReady != 0, NotNode());
    }

    /// @dev The sender as a node, or else the node that the sender operates now.
    function _nodeOrOperator() private view returns (address node) {
        node = msg.sender;
        if (_nodes[node].bondedEpoch == 0) {
            Span storage own = _spans[msg.sender];
            require(own.to == type(uint32).max, NotNode());
            node = own.node;
        }
        _bonded(node);
    }

    /// @dev The new key counts from the next epoch, when the old one stops; a first key counts at once.
    function _appoint(
        Node storage self,
        address operator,
        uint32 epoch,
        uint256 deadline,
        bytes calldata consent
    ) private {
        require(block.timestamp <= deadline, ExpiredSignature());
        require(_isSignedBy(operator, TypedData.operatorConsent(msg.sender, deadline), consent), BadSignature());
        require(_spans[operator].node == address(0), OperatorTaken());
        address old = self.operator;
        if (old != address(0)) {
            _spans[old].to = epoch;
            ++epoch;
            emit OperatorSet(msg.sender, operator, epoch);
        }
        _spans[operator] = Span({node: msg.sender, from: epoch, to: type(uint32).max});
        self.operator = operator;
    }

    function _isSignedBy(address signer, bytes32 structHash, bytes calldata signature) private view returns (bool) {
        (address recovered, ECDSA.RecoverError problem, ) = ECDSA.tryRecoverCalldata(
            _hashTypedDataV4(structHash),
            signature
        );
        return problem == ECDSA.RecoverError.NoError && recovered == signer;
    }

    function _checkAvailability(uint32 epoch, uint32 current) private pure {
        require(epoch <= current + MAX_AVAILABILITY, AvailabilityTooFar(current + MAX_AVAILABILITY));
    }

    function _checkInfo(Info calldata info) private pure {
        require(bytes(info.url).length <= 255, UrlTooLong());
        bytes calldata key = info.encryptingKey;
        require(key.length == 33 && (key[0] == 0x02 || key[0] == 0x03) && info.peerId.length <= 64, BadInfo());
    }

    function _emitInfo(address node, Info calldata info) private {
        emit NodeInfoSet(node, info.url, info.encryptingKey, info.keyNumber, info.peerId, info.protocol);
    }

    /// @dev Take exactly `amount` from the sender; a token that takes a fee on the way is refused.
    function _pull(uint256 amount) private {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        require(token.balanceOf(address(this)) - before == amount, UnexpectedTransferAmount());
    }

    function _orRevert(bytes4 problem) private pure {
        if (problem == 0) return;
        assembly ("memory-safe") {
            mstore(0, problem)
            revert(0, 4)
        }
    }
}
