// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ledger} from "../libraries/Ledger.sol";

/**
 * @title IMinerEscrow
 * @notice Who is a node: stake, operator key with its history, node information, activity, penalties and rewards.
 *
 * Money in: stake tokens by `bond`, `topUp`, `fundRewards`. Money out: `withdrawStake` after unbonding, `withdrawCredit`
 * for rewards and reporters' shares. Nobody but the node moves its stake, except that the Adjudicator may slash it.
 * An epoch is floor(block.timestamp / epochLength). Every amount is in the token's smallest unit.
 */
interface IMinerEscrow {
    /// @notice The rules of a deployment; all but the amounts are counted in epochs.
    /// @param epochLength seconds
    /// @param disputeWindow D: the bit of epoch e may be voided while current <= e + D, and is final from e + D + 1
    /// @param evidenceWindow a receipt convicts while receipt.epoch <= current <= receipt.epoch + evidenceWindow
    /// @param unbonding epochs between the end of service and withdrawal; >= evidenceWindow + D + 1
    /// @param minStake least stake of a working node; >= 1000 * weightUnit
    /// @param weightUnit stake that weighs 1; the total stake stays below 2^32 of it
    struct Rules {
        uint32 epochLength;
        uint32 disputeWindow;
        uint32 evidenceWindow;
        uint32 unbonding;
        uint128 minStake;
        uint128 weightUnit;
    }

    /// @notice How to reach a node and seal to it; kept in events only.
    /// @param url at most 255 bytes
    /// @param encryptingKey compressed secp256k1 point, 33 bytes, tag 02 or 03
    /// @param keyNumber position of that key in the node's ratchet
    /// @param peerId libp2p identity, at most 64 bytes
    /// @param protocol version that the node speaks
    struct Info {
        string url;
        bytes encryptingKey;
        uint32 keyNumber;
        bytes peerId;
        uint16 protocol;
    }

    /// @notice ERC-2612 signature over (node, escrow, amount, nonce, deadline).
    struct Permit {
        uint256 deadline;
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    /// @notice A heartbeat that anyone may deliver. `firstEpoch` must be current + 1 when mined: no backdating.
    struct Beat {
        address node;
        uint32 firstEpoch;
        uint8 count;
        uint256 nonce;
        uint256 deadline;
    }

    /// @notice What was done wrong; one slash per node, kind and epoch.
    enum Offence {
        Correctness,
        Liveness
    }

    event Bonded(address indexed node, address indexed operator, uint256 amount, uint32 availableUntil);
    event ToppedUp(address indexed node, uint256 amount);
    event OperatorSet(address indexed node, address indexed operator, uint32 fromEpoch);
    event NodeInfoSet(
        address indexed node,
        string url,
        bytes encryptingKey,
        uint32 keyNumber,
        bytes peerId,
        uint16 protocol
    );
    event MinRateSet(address indexed node, uint96 minRate);
    event AvailabilityExtended(address indexed node, uint32 epoch);
    event Heartbeat(address indexed node, uint32 firstEpoch, uint8 count);
    event UnbondRequested(address indexed node, uint256 amount, uint32 readyEpoch);
    event UnbondCancelled(address indexed node);
    event StakeWithdrawn(address indexed node, address to, uint256 amount);
    event Slashed(
        address indexed node,
        Offence kind,
        uint32 epoch,
        uint256 penalty,
        uint256 reward,
        address indexed reporter
    );
    event Jailed(address indexed node);
    event EpochsVoided(address indexed node, uint32 from, uint32 to);
    /// @dev One per period that was given `amount`.
    event RewardsFunded(uint32 indexed period, uint256 amount);
    event RewardsClaimed(address indexed node, uint32 from, uint32 to, uint256 amount);
    /// @dev `period` is the one that received `amount`.
    event RewardsRecycled(uint32 indexed period, uint256 amount);
    event CreditWithdrawn(address indexed who, address to, uint256 amount);

    error NotWired();
    error AlreadyWired();
    error NotDeployer();
    error ZeroAmount();
    error StakeTooSmall();
    error StakeCapReached();
    error AlreadyBonded();
    error OperatorTaken();
    error NotOperator();
    error NotNode();
    error NotAdjudicator();
    error AvailabilityNotMonotone();
    error AvailabilityTooFar(uint32 last);
    error BadLease();
    error Jail();
    error Exiting();
    error UnbondPending();
    error StillLocked(uint32 until);
    error InsufficientStake();
    error AlreadyJudged();
    error NothingToSlash();
    error NothingToClaim();
    error NothingToWithdraw();
    error NotRecyclable();
    error PeriodStarted();
    error TooManyPeriods(uint256 got, uint256 max);
    error UrlTooLong();
    error BadInfo();
    error BadRules();
    error ExpiredSignature();
    error BadSignature();
    error UnexpectedTransferAmount();

    // ---- becoming a node and staying one

    /// @notice Tie the Adjudicator, once, by the deployer; no bond is taken before.
    function wire(address adjudicator) external;

    /**
     * @notice Become a node (the sender is its stake wallet). The token must be approved for `amount`.
     * @param amount at least minStake
     * @param operator hot key; an operator key never serves two nodes
     * @param consentDeadline last second at which the consent counts
     * @param consent operator's signature over OperatorConsent(node, deadline); not asked of an operator that the
     * node had when it left
     * @param availableUntil epoch until which the node promises to serve; at most 4,096 ahead
     */
    function bond(
        uint128 amount,
        address operator,
        uint256 consentDeadline,
        bytes calldata consent,
        uint32 availableUntil,
        Info calldata info
    ) external;

    /// @notice `bond` with an ERC-2612 permit for the amount. A permit that somebody used first does no harm.
    function bondWithPermit(
        uint128 amount,
        address operator,
        uint256 consentDeadline,
        bytes calldata consent,
        uint32 availableUntil,
        Info calldata info,
        Permit calldata permit
    ) external;

    /// @notice Add the sender's tokens to a node's stake; frees a jailed node once it has minStake again.
    function topUp(address node, uint128 amount) external;

    /// @notice Change the operator: the old one counts to the end of this epoch, the new one from the next.
    function setOperator(address operator, uint256 consentDeadline, bytes calldata consent) external;

    /// @notice Announce URL and encrypting key; by the node or its operator.
    function setNodeInfo(Info calldata info) external;

    /// @notice Announce the least fee accepted, in wei per epoch and share; by the node or its operator.
    function setMinRate(uint96 minRate) external;

    /// @notice Promise to serve longer; only ever forward.
    function extendAvailability(uint32 epoch) external;

    // ---- activity

    /// @notice Be awake in the next `count` epochs, 1 to 8; by the operator. Repeating it costs gas only.
    function heartbeat(uint8 count) external;

    /// @notice A heartbeat signed by the operator and delivered by anyone.
    function heartbeatBySig(Beat calldata beat, bytes calldata signature) external;

    /// @notice Many signed heartbeats; a bad one is skipped and answered with false.
    function heartbeatBatch(Beat[] calldata beats, bytes[] calldata signatures) external returns (bool[] memory done);

    // ---- leaving

    /// @notice Ask stake back: all of it (an exit) or so much that minStake stays. One request at a time.
    function requestUnbond(uint128 amount) external;

    /// @notice Put what is unbonding back to work.
    function cancelUnbond() external;

    /// @notice Take unbonded stake, once its epoch has come.
    function withdrawStake(address to) external;

    /// @notice Take rewards and reporter's shares.
    function withdrawCredit(address to) external;

    // ---- rewards

    /// @notice Give each of `periods` (at most 32) future periods `perEpoch` tokens for each of its 64 epochs.
    function fundRewards(uint32 firstPeriod, uint32 periods, uint128 perEpoch) external;

    /// @notice Credit a node its rewards for at most 64 final epochs, none after `to`; by anyone.
    function claimRewards(address node, uint32 to) external returns (uint256 amount);

    /// @notice Move the sender's claim cursor forward to `to`, giving up what lies between.
    function skipRewards(uint32 to) external;

    /// @notice Move what a long past period did not pay out into the next one.
    function recycle(uint32 period) external;

    /// @notice Move the penalty pot into the rewards of the next period.
    function recyclePot() external;

    // ---- the Adjudicator's part

    /**
     * @notice Take a percentage of everything the node has at stake, unbonding included; jail it if too little is left.
     * @param operator key that signed the offence (correctness), checked against the history; ignored for liveness
     * @param reporter gets 20 % as credit; zero for none. The rest goes to the penalty pot
     */
    function slash(
        address node,
        address operator,
        Offence kind,
        uint32 epoch,
        address reporter
    ) external returns (uint256 penalty);

    /// @notice Clear a node's bits in [from, to], so far as these epochs are not final and not beyond any lease.
    function voidEpochs(address node, uint32 from, uint32 to) external;

    // ---- views

    function adjudicator() external view returns (address);

    /// @notice All rules at once.
    function rules() external view returns (Rules memory);

    function epochLength() external view returns (uint256);

    function disputeWindow() external view returns (uint256);

    function evidenceWindow() external view returns (uint256);

    function unbondingEpochs() external view returns (uint256);

    function minStake() external view returns (uint256);

    function weightUnit() external view returns (uint256);

    function currentEpoch() external view returns (uint32);

    /**
     * @notice A node as it stands now; all zeros if the address never bonded.
     *
     * operator: hot key that beats and signs, stays after an exit. bondedEpoch: epoch of the first bond, never changes.
     * availableUntil: last epoch it promised to serve. exitEpoch: when the whole stake was asked back, else 0.
     * stake: what works; unbonding: what is on its way out, slashable till it leaves, from epoch unbondReady (0 if none).
     * minRate: least wei per epoch and share it accepts. claimedThrough: rewards are claimed up to and with this epoch.
     * weight: floor(stake / weightUnit), 0 while jailed or exiting in full, in force from the next epoch on.
     * slashCount, lastSlashEpoch: the history that sets the next penalty. weightChanges: entries in the history of weights.
     * nonce: what the next signed heartbeat must name.
     */
    function miner(address node) external view returns (Ledger.Node memory);

    /// @notice Stake and unbonding stake of all nodes.
    function totalStake() external view returns (uint256);

    /// @notice Penalties that wait for `recyclePot`.
    function penaltyPot() external view returns (uint256);

    /// @notice Less than 64 units that did not divide when something was recycled.
    function carry() external view returns (uint256);

    /// @notice Reward reserve of a period: what it was given, and what is not yet claimed.
    function rewards(uint32 period) external view returns (uint256 pot, uint256 left);

    function credit(address who) external view returns (uint256);

    /**
     * @notice The node that this key serves or served, and the epochs in which it counts, both inclusive.
     * The node never changes once set; `to` is 2^32 - 1 while the key is current.
     */
    function span(address operator) external view returns (address node, uint32 from, uint32 to);

    function operatorValid(address node, address operator, uint32 epoch) external view returns (bool);

    /// @notice Whether the node may beat: bonded, neither jailed nor exiting.
    function isBonded(address node) external view returns (bool);

    function isActive(address node, uint32 epoch) external view returns (bool);

    /// @notice Number of active epochs in [from, to], both inclusive.
    function activeEpochs(address node, uint32 from, uint32 to) external view returns (uint256);

    /// @notice Stake that a slash can reach.
    function slashable(address node) external view returns (uint256);

    function isJudged(address node, Offence kind, uint32 epoch) external view returns (bool);

    /// @notice The node's weight in `epoch`, whether active or not.
    function weightAt(address node, uint32 epoch) external view returns (uint256);

    /// @notice Sum of the weights of all nodes active in `epoch`.
    function totalWeight(uint32 epoch) external view returns (uint256);

    /// @notice What `claimRewards(node, to)` would credit now, and the epoch it would reach.
    function previewReward(address node, uint32 to) external view returns (uint256 amount, uint32 through);
}
