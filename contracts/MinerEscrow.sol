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
import {Exits} from "./libraries/Exits.sol";
import {Lanes} from "./libraries/Lanes.sol";
import {Ledger} from "./libraries/Ledger.sol";
import {Penalties} from "./libraries/Penalties.sol";
import {Rewards} from "./libraries/Rewards.sol";
import {SignedBeats} from "./libraries/SignedBeats.sol";
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
 * amounts that a check on the line above bounds. Storage and its writers are in {Ledger}; {Exits}, {Rewards},
 * {Penalties} and {SignedBeats} are linked libraries that work on it, so that each piece of code stays under 12 KB.
 */
contract MinerEscrow is IMinerEscrow, EIP712, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using Activity for Activity.Bits;
    using Lanes for Lanes.Totals;
    using Ledger for Ledger.Book;
    using Ledger for Ledger.Node;

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

    constructor(IERC20 token_, Rules memory rules_) EIP712(TypedData.NAME, TypedData.VERSION) {
        require(
            address(token_) != address(0) &&
                rules_.epochLength != 0 &&
                rules_.unbonding >= uint256(rules_.evidenceWindow) + rules_.disputeWindow + 1 &&
                rules_.unbonding <= MAX_AVAILABILITY &&
                rules_.disputeWindow < Ledger.MAX_LEASE &&
                rules_.weightUnit != 0 &&
                rules_.weightUnit <= 1 << 64 &&
                rules_.minStake >= 1000 * rules_.weightUnit,
            BadRules()
        );
        token = token_;
        _deployer = msg.sender;
        epochLength = rules_.epochLength;
        disputeWindow = rules_.disputeWindow;
        evidenceWindow = rules_.evidenceWindow;
        unbondingEpochs = rules_.unbonding;
        minStake = rules_.minStake;
        weightUnit = rules_.weightUnit;
    }

    /// @inheritdoc IMinerEscrow
    function wire(address adjudicator_) external {
        require(msg.sender == _deployer, NotDeployer());
        require(_book().adjudicator == address(0), AlreadyWired());
        require(adjudicator_ != address(0), NotAdjudicator());
        _book().adjudicator = adjudicator_;
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
        _bond(amount, operator, consentDeadline, consent, availableUntil, info);
    }

    /// @inheritdoc IMinerEscrow
    function topUp(address node, uint128 amount) external nonReentrant {
        Ledger.Node memory its = _book().load(node);
        _checkBonded(its);
        require(amount != 0, ZeroAmount());
        require(its.exitEpoch == 0, Exiting());
        _addStake(node, its, amount);
        emit ToppedUp(node, amount);
        _pull(amount);
    }

    /// @inheritdoc IMinerEscrow
    function setOperator(address operator, uint256 consentDeadline, bytes calldata consent) external {
        Ledger.Node memory its = _book().load(msg.sender);
        _checkBonded(its);
        _appoint(its, operator, consentDeadline, consent);
        _book().save(msg.sender, its);
    }

    /// @inheritdoc IMinerEscrow
    function setNodeInfo(Info calldata info) external {
        address node = _nodeOrOperator();
        _checkBonded(_book().load(node));
        _announce(node, info);
    }

    /// @inheritdoc IMinerEscrow
    function setMinRate(uint96 minRate) external {
        address node = _nodeOrOperator();
        Ledger.Node memory its = _book().load(node);
        _checkBonded(its);
        its.minRate = minRate;
        _book().save(node, its);
        emit MinRateSet(node, minRate);
    }

    /// @inheritdoc IMinerEscrow
    function extendAvailability(uint32 epoch) external {
        Ledger.Node memory its = _book().load(msg.sender);
        _checkBonded(its);
        require(its.exitEpoch == 0, Exiting());
        require(epoch > its.availableUntil, AvailabilityNotMonotone());
        _promise(its, epoch);
        _book().save(msg.sender, its);
        emit AvailabilityExtended(msg.sender, epoch);
    }

    // ------------------------------------------------------------------ activity

    /// @inheritdoc IMinerEscrow
    function heartbeat(uint8 count) external {
        Ledger.Span storage own = _book().spans[msg.sender];
        address node = own.node;
        require(node != address(0) && own.to == type(uint32).max, NotOperator());
        uint256 epoch = _epoch();
        uint256 weight = Ledger.weightOf(_book().records[node].identity >> 160, minStake, weightUnit);
        _book().beat(node, weight, epoch + 1, count, epoch);
    }

    /// @inheritdoc IMinerEscrow
    function heartbeatBySig(Beat calldata, bytes calldata) external {
        _forward(address(SignedBeats), SignedBeats.heartbeatBySig.selector);
    }

    /// @inheritdoc IMinerEscrow
    function heartbeatBatch(Beat[] calldata, bytes[] calldata) external returns (bool[] memory) {
        _forward(address(SignedBeats), SignedBeats.heartbeatBatch.selector);
    }

    // ------------------------------------------------------------------ leaving

    /// @inheritdoc IMinerEscrow
    function requestUnbond(uint128) external {
        _forward(address(Exits), Exits.requestUnbond.selector);
    }

    /// @inheritdoc IMinerEscrow
    function cancelUnbond() external {
        _forward(address(Exits), Exits.cancelUnbond.selector);
    }

    /// @inheritdoc IMinerEscrow
    function withdrawStake(address to) external nonReentrant {
        Ledger.Node memory its = _book().load(msg.sender);
        require(its.unbondReady != 0, NothingToWithdraw());
        require(_epoch() >= its.unbondReady, StillLocked(uint32(its.unbondReady)));
        uint256 amount = its.unbonding;
        _book().totalStake -= uint96(amount);
        if (its.exitEpoch != 0) its.availableUntil = 0;
        its.unbonding = 0;
        its.unbondReady = 0;
        its.exitEpoch = 0;
        _book().save(msg.sender, its);
        emit StakeWithdrawn(msg.sender, to, amount);
        token.safeTransfer(to, amount);
    }

    /// @inheritdoc IMinerEscrow
    function withdrawCredit(address to) external nonReentrant {
        uint256 amount = _book().credit[msg.sender];
        require(amount != 0, NothingToWithdraw());
        _book().credit[msg.sender] = 0;
        emit CreditWithdrawn(msg.sender, to, amount);
        token.safeTransfer(to, amount);
    }

    // ------------------------------------------------------------------ rewards

    /// @inheritdoc IMinerEscrow
    function fundRewards(uint32 firstPeriod, uint32 periods, uint128 perEpoch) external nonReentrant {
        _pull(Rewards.fund(firstPeriod, periods, perEpoch));
    }

    /// @inheritdoc IMinerEscrow
    function claimRewards(address, uint32) external returns (uint256) {
        _forward(address(Rewards), Rewards.claimRewards.selector);
    }

    /// @inheritdoc IMinerEscrow
    function skipRewards(uint32) external {
        _forward(address(Rewards), Rewards.skipRewards.selector);
    }

    /// @inheritdoc IMinerEscrow
    function recycle(uint32) external {
        _forward(address(Rewards), Rewards.recycle.selector);
    }

    /// @inheritdoc IMinerEscrow
    function recyclePot() external {
        _forward(address(Rewards), Rewards.recyclePot.selector);
    }

    /// @inheritdoc IMinerEscrow
    function previewReward(address node, uint32 to) external view returns (uint256 amount, uint32 through) {
        return Rewards.previewReward(node, to);
    }

    // ------------------------------------------------------------------ the Adjudicator's part

    /// @inheritdoc IMinerEscrow
    function slash(address, address, Offence, uint32, address) external returns (uint256) {
        _forward(address(Penalties), Penalties.slash.selector);
    }

    /// @inheritdoc IMinerEscrow
    function voidEpochs(address, uint32, uint32) external {
        _forward(address(Penalties), Penalties.voidEpochs.selector);
    }

    // ------------------------------------------------------------------ views

    /// @inheritdoc IMinerEscrow
    function rules() external view returns (Rules memory) {
        return
            Rules({
                epochLength: uint32(epochLength),
                disputeWindow: uint32(disputeWindow),
                evidenceWindow: uint32(evidenceWindow),
                unbonding: uint32(unbondingEpochs),
                minStake: uint128(minStake),
                weightUnit: uint128(weightUnit)
            });
    }

    /// @inheritdoc IMinerEscrow
    function adjudicator() external view returns (address) {
        return _book().adjudicator;
    }

    /// @inheritdoc IMinerEscrow
    function currentEpoch() external view returns (uint32) {
        return uint32(_epoch());
    }

    /// @inheritdoc IMinerEscrow
    function totalStake() external view returns (uint256) {
        return _book().totalStake;
    }

    /// @inheritdoc IMinerEscrow
    function penaltyPot() external view returns (uint256) {
        return _book().penaltyPot;
    }

    /// @inheritdoc IMinerEscrow
    function carry() external view returns (uint256) {
        return _book().carry;
    }

    /// @inheritdoc IMinerEscrow
    function rewards(uint32 period) external view returns (uint256 pot, uint256 left) {
        Ledger.Reserve storage reserve = _book().rewards[period];
        return (reserve.pot, reserve.left);
    }

    /// @inheritdoc IMinerEscrow
    function credit(address who) external view returns (uint256) {
        return _book().credit[who];
    }

    /// @inheritdoc IMinerEscrow
    function miner(address node) external view returns (Ledger.Node memory) {
        Ledger.Node memory its = _book().load(node).weigh(minStake, weightUnit);
        assembly ("memory-safe") {
            return(its, 448) // 14 words, in memory as they are encoded
        }
    }

    /// @inheritdoc IMinerEscrow
    function span(address operator) external view returns (address node, uint32 from, uint32 to) {
        Ledger.Span storage its = _book().spans[operator];
        return (its.node, its.from, its.to);
    }

    /// @inheritdoc IMinerEscrow
    function operatorValid(address node, address operator, uint32 epoch) external view returns (bool) {
        return _book().operatorValid(node, operator, epoch);
    }

    /// @inheritdoc IMinerEscrow
    function isBonded(address node) external view returns (bool) {
        return _book().records[node].identity >> 160 >= minStake;
    }

    /// @inheritdoc IMinerEscrow
    function isActive(address node, uint32 epoch) external view returns (bool) {
        return _book().bits[node].window(epoch) & 1 == 1;
    }

    /// @inheritdoc IMinerEscrow
    function activeEpochs(address node, uint32 from, uint32 to) external view returns (uint256) {
        return _book().bits[node].count(from, to);
    }

    /// @inheritdoc IMinerEscrow
    function slashable(address node) external view returns (uint256) {
        Ledger.Node memory its = _book().load(node);
        return its.stake + its.unbonding;
    }

    /// @inheritdoc IMinerEscrow
    function isJudged(address node, Offence kind, uint32 epoch) external view returns (bool) {
        return _book().offences[node][epoch >> 7] & Penalties.flagOf(kind, epoch) != 0;
    }

    /// @inheritdoc IMinerEscrow
    function weightAt(address node, uint32 epoch) external view returns (uint256) {
        return _book().weightAt(node, _book().load(node).weigh(minStake, weightUnit), epoch);
    }

    /// @inheritdoc IMinerEscrow
    function totalWeight(uint32 epoch) external view returns (uint256) {
        return _book().lanes.total(epoch);
    }

    // ------------------------------------------------------------------ inner

    function _epoch() private view returns (uint256) {
        return block.timestamp / epochLength;
    }

    function _book() private pure returns (Ledger.Book storage) {
        return Ledger.book();
    }

    /**
     * @dev Let a linked library answer the call as it came. Its function has the same parameters; the selector is its own,
     * because a library's signatures spell the names of structs and enums.
     */
    function _forward(address code, bytes4 selector) private {
        assembly ("memory-safe") {
            let data := mload(0x40)
            calldatacopy(data, 0, calldatasize())
            mstore(data, or(selector, shr(32, shl(32, mload(data)))))
            let done := delegatecall(gas(), code, data, calldatasize(), 0, 0)
            returndatacopy(data, 0, returndatasize())
            if iszero(done) {
                revert(data, returndatasize())
            }
            return(data, returndatasize())
        }
    }

    function _bond(
        uint128 amount,
        address operator,
        uint256 consentDeadline,
        bytes calldata consent,
        uint32 availableUntil,
        Info calldata info
    ) private {
        Ledger.Node memory its = _book().load(msg.sender);
        require(_book().adjudicator != address(0), NotWired());
        require(its.unbondReady == 0, Exiting());
        require(its.stake == 0, AlreadyBonded());
        require(amount >= minStake, StakeTooSmall());
        _promise(its, availableUntil);
        // a node that comes back may bring its old operator, whose span is still open
        if (operator != its.operator) _appoint(its, operator, consentDeadline, consent);
        _addStake(msg.sender, its, amount);
        emit Bonded(msg.sender, operator, amount, availableUntil);
        _announce(msg.sender, info);
        _pull(amount);
    }

    function _addStake(address node, Ledger.Node memory its, uint256 amount) private {
        unchecked {
            uint256 total = _book().totalStake + amount; // two numbers of 128 bits
            require(total < weightUnit << 32, StakeCapReached());
            _book().totalStake = uint96(total); // the cap is at most 2^96
            its.stake += amount;
        }
        _book().commit(node, its, minStake, weightUnit, _epoch());
    }

    function _checkBonded(Ledger.Node memory its) private pure {
        require(its.stake | its.unbondReady != 0, NotNode());
    }

    /// @dev The node that the sender operates now, or else the sender.
    function _nodeOrOperator() private view returns (address) {
        Ledger.Span storage own = _book().spans[msg.sender];
        return own.to == type(uint32).max ? own.node : msg.sender;
    }

    /// @dev The new key counts from the next epoch, when the old one stops; a first key counts at once.
    function _appoint(Ledger.Node memory its, address operator, uint256 deadline, bytes calldata consent) private {
        require(block.timestamp <= deadline, ExpiredSignature());
        require(_isSignedBy(operator, TypedData.operatorConsent(msg.sender, deadline), consent), BadSignature());
        require(_book().spans[operator].node == address(0), OperatorTaken());
        uint256 epoch = _epoch();
        address old = its.operator;
        if (old != address(0)) {
            _book().spans[old].to = uint32(epoch);
            unchecked {
                ++epoch;
            }
            emit OperatorSet(msg.sender, operator, uint32(epoch));
        }
        _book().spans[operator] = Ledger.Span({
            node: msg.sender,
            from: uint32(epoch),
            to: type(uint32).max,
            promised: uint32(its.availableUntil)
        });
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
