// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DintelToken} from "../DintelToken.sol";
import {MinerEscrow} from "../MinerEscrow.sol";
import {PolicyManager} from "../PolicyManager.sol";
import {IMinerEscrow} from "../interfaces/IMinerEscrow.sol";
import {IPolicyManager} from "../interfaces/IPolicyManager.sol";
import {Leaf} from "../libraries/Leaves.sol";
import {Ledger} from "../libraries/Ledger.sol";
import {TypedData} from "../libraries/TypedData.sol";
import {Base} from "./Base.sol";

/**
 * @notice Everybody at once: four stake wallets, three owners, a sponsor, a reporter, the Adjudicator and the clock. The
 * fuzzer calls these actions in any order; what must hold afterwards stands in EscrowInvariants.sol and PolicyInvariants.sol.
 *
 * Ghosts keep a second set of books. `wrongs` counts what an action saw that must never be; each kind has its own number.
 */
contract World is Base {
    uint256 public constant NODES = 4;
    uint256 public constant OWNERS = 3;
    address public constant REPORTER = address(0xbeef);
    uint96 internal constant RATE = 1e9;

    enum Wrong {
        EarlyWithdrawal,
        BeatInJail,
        SecondSlash,
        Replay,
        DearHeartbeat,
        DearCreate,
        DearRevoke,
        DearSettle,
        ForeignPolicyTouched,
        RevokeRefused,
        CursorBack,
        HighSlash
    }

    mapping(Wrong => uint256) internal wrongs;
    /// @dev How many actions there were, so that invariants over long lists can look at another part after each.
    uint256 public turn;
    address[OWNERS] internal _owners;
    mapping(address operator => uint256) internal _keyOf;

    // escrow's ghosts
    uint256 internal nextOperator = 100;
    address[] internal operators;
    mapping(address operator => address) internal servedBy;
    mapping(uint256 i => uint256) internal broughtBy;
    mapping(uint256 i => uint256) internal takenBy;
    mapping(uint256 i => uint256) internal lostBy;
    uint256 internal penalties;
    uint256 internal reported;
    uint256 internal potRecycled;
    uint256 internal funded;
    uint256 internal claimed;
    uint32[] internal periods;
    mapping(uint32 period => bool) internal _knownPeriod;
    uint32 public firstEpoch;
    uint32 public frozenThrough;
    mapping(uint256 i => mapping(uint32 epoch => bool)) internal frozenBit;
    mapping(uint256 i => mapping(uint32 epoch => uint256)) internal frozenWeight;
    mapping(uint256 i => uint256) internal _cursor;
    IMinerEscrow.Beat internal _lastBeat;
    bytes internal _lastSignature;

    // policies' ghosts
    struct Cohort {
        bytes32 id;
        address owner;
        address sponsor;
        bytes32 salt;
        uint256 shares;
        uint256 deposited;
        uint256 paid;
        uint256 refunded;
        bool revoked;
    }
    Cohort[] internal cohorts;
    mapping(bytes32 id => mapping(uint256 index => uint256)) internal paidTo;
    mapping(bytes32 id => mapping(uint256 index => uint256)) internal refundedOf;

    /// @dev The world is deployed beside the contracts, not with them: the fuzzer must know its code by its artifact.
    constructor(DintelToken token_, MinerEscrow escrow_, PolicyManager manager_) {
        token = token_;
        escrow = escrow_;
        manager = manager_;
        vm.deal(address(this), 1e30);
        for (uint256 i = 0; i < OWNERS; ++i) _owners[i] = vm.addr(0xa000 + i);
        firstEpoch = escrow.currentEpoch();
        frozenThrough = firstEpoch - uint32(D) - 1;
        token.approve(address(escrow), type(uint256).max);
    }

    modifier counted() {
        ++turn;
        _;
    }

    function staff() external view returns (address[] memory keys, address[] memory employers) {
        keys = operators;
        employers = new address[](keys.length);
        for (uint256 k = 0; k < keys.length; ++k) employers[k] = servedBy[keys[k]];
    }

    /// @notice What the ghosts know of tokens; `stakes` is what came, without what left or was lost.
    struct Sums {
        uint256[4] stakes;
        uint256 penalties;
        uint256 reported;
        uint256 potRecycled;
        uint256 funded;
        uint256 claimed;
    }

    function sums() external view returns (Sums memory its) {
        for (uint256 i = 0; i < NODES; ++i) its.stakes[i] = broughtBy[i] - takenBy[i] - lostBy[i];
        (its.penalties, its.reported, its.potRecycled) = (penalties, reported, potRecycled);
        (its.funded, its.claimed) = (funded, claimed);
    }

    function allWrongs() external view returns (uint256[12] memory counts) {
        for (uint256 k = 0; k < 12; ++k) counts[k] = wrongs[Wrong(k)];
    }

    function frozen(uint256 i, uint32 epoch) external view returns (bool bit, uint256 weight) {
        return (frozenBit[i][epoch], frozenWeight[i][epoch]);
    }

    function allPeriods() external view returns (uint32[] memory) {
        return periods;
    }

    function settledOf(bytes32 id, uint256 index) external view returns (uint256 paid, uint256 refunded) {
        return (paidTo[id][index], refundedOf[id][index]);
    }

    function allCohorts() external view returns (Cohort[] memory) {
        return cohorts;
    }

    function nodeAt(uint256 i) public pure returns (address) {
        return _node(i);
    }

    function ownerAt(uint256 i) public view returns (address) {
        return _owners[i];
    }

    // ------------------------------------------------------------------ clock

    function wait(uint256 seconds_, bool long) external counted {
        vm.warp(block.timestamp + 1 + (seconds_ % (long ? 40 * LENGTH : 2 * LENGTH)));
        _freeze();
    }

    /// @dev Remember what has become final, to see later that it stayed so.
    function _freeze() internal {
        uint32 last = escrow.currentEpoch() - uint32(D) - 1;
        if (last > frozenThrough + 10) frozenThrough = last - 10;
        while (frozenThrough < last) {
            ++frozenThrough;
            for (uint256 i = 0; i < NODES; ++i) {
                frozenBit[i][frozenThrough] = escrow.isActive(_node(i), frozenThrough);
                frozenWeight[i][frozenThrough] = escrow.weightAt(_node(i), frozenThrough);
            }
        }
    }

    /// @notice A stretch of ordinary life, so that rewards are really earned: everybody beats, eight epochs pass, and again.
    function season(uint256 rounds, uint256 perEpoch, uint256 absent) external counted {
        this.fund(0, 2, perEpoch);
        for (uint256 k = 0; k < 2 + (rounds % 10); ++k) {
            for (uint256 i = 0; i < NODES; ++i) {
                if ((absent >> (4 * k + i)) & 3 != 0) this.beat(i, 7);
            }
            vm.warp(block.timestamp + 8 * LENGTH);
            _freeze();
        }
        for (uint256 i = 0; i < NODES; ++i) this.claim(i, 79);
    }

    // ------------------------------------------------------------------ nodes

    function bond(uint256 i, uint256 amount, uint256 ahead) external counted {
        i %= NODES;
        Ledger.Node memory its = escrow.miner(_node(i));
        if (its.stake != 0 || its.unbondReady != 0) return;
        amount = MIN_STAKE + (amount % (3 * MIN_STAKE));
        uint256 operator = i;
        if (its.operator != address(0)) {
            operator = nextOperator++;
        }
        _employ(i, operator);
        _bond(i, operator, amount, ahead % 12);
        broughtBy[i] += amount;
        if (_cursor[i] == 0) _cursor[i] = escrow.miner(_node(i)).claimedThrough;
    }

    function _employ(uint256 i, uint256 operator) internal {
        address key = _operator(operator);
        operators.push(key);
        servedBy[key] = _node(i);
        _keyOf[key] = _operatorKey(operator);
    }

    function topUp(uint256 i, uint256 amount) external counted {
        i %= NODES;
        amount = 1 + (amount % (5 * UNIT));
        try escrow.topUp(_node(i), uint128(amount)) {
            broughtBy[i] += amount;
        } catch {}
    }

    function rotate(uint256 i) external counted {
        i %= NODES;
        if (_miner(i).stake == 0) return;
        uint256 operator = nextOperator++;
        bytes memory consent = _consent(operator, _node(i), block.timestamp);
        vm.prank(_node(i));
        escrow.setOperator(_operator(operator), block.timestamp, consent);
        _employ(i, operator);
    }

    function beat(uint256 i, uint8 count) external counted {
        i %= NODES;
        Ledger.Node memory its = _miner(i);
        count = uint8(1 + (count % 8));
        vm.prank(its.operator);
        uint256 gas = gasleft();
        try escrow.heartbeat(count) {
            // at the dearest two words of bits and two of lanes, all written for the first time
            if (gas - gasleft() > 4 * 22_100 + 31_600) ++wrongs[Wrong.DearHeartbeat];
            if (its.stake < MIN_STAKE || its.exitEpoch != 0) ++wrongs[Wrong.BeatInJail];
        } catch {}
    }

    function beatBySignature(uint256 i, uint8 count, bool replay) external counted {
        if (replay && _lastSignature.length != 0) {
            try escrow.heartbeatBySig(_lastBeat, _lastSignature) {
                ++wrongs[Wrong.Replay];
            } catch {}
            return;
        }
        i %= NODES;
        uint256 key = _keyOf[_miner(i).operator];
        if (key == 0) return;
        IMinerEscrow.Beat memory one = IMinerEscrow.Beat({
            node: _node(i),
            firstEpoch: escrow.currentEpoch() + 1,
            count: uint8(1 + (count % 8)),
            nonce: _miner(i).nonce,
            deadline: block.timestamp + 1000
        });
        bytes32 structHash = TypedData.heartbeat(one.node, one.firstEpoch, one.count, one.nonce, one.deadline);
        bytes memory signature = _sign(key, address(escrow), structHash);
        try escrow.heartbeatBySig(one, signature) {
            _lastBeat = one;
            _lastSignature = signature;
        } catch {}
    }

    function requestUnbond(uint256 i, uint256 amount, bool all) external counted {
        i %= NODES;
        uint256 stake = _miner(i).stake;
        if (stake == 0) return;
        amount = all ? stake : 1 + (amount % stake);
        vm.prank(_node(i));
        try escrow.requestUnbond(uint128(amount)) {} catch {}
    }

    function cancelUnbond(uint256 i) external counted {
        vm.prank(_node(i % NODES));
        try escrow.cancelUnbond() {} catch {}
    }

    function withdrawStake(uint256 i, bool waitForIt) external counted {
        i %= NODES;
        Ledger.Node memory its = _miner(i);
        if (waitForIt && its.unbondReady > escrow.currentEpoch()) {
            vm.warp(its.unbondReady * LENGTH);
            _freeze();
        }
        vm.prank(_node(i));
        try escrow.withdrawStake(_node(i)) {
            if (escrow.currentEpoch() < its.unbondReady || its.unbondReady == 0) ++wrongs[Wrong.EarlyWithdrawal];
            takenBy[i] += its.unbonding;
        } catch {}
    }

    function withdrawCredit(uint256 i) external counted {
        i %= NODES + 1;
        address who = i == NODES ? REPORTER : _node(i);
        vm.prank(who);
        try escrow.withdrawCredit(address(this)) {} catch {}
    }

    // ------------------------------------------------------------------ Adjudicator

    function slash(uint256 i, uint256 operator, uint256 back, bool liveness, bool withReporter) external counted {
        i %= NODES;
        if (operators.length == 0) return;
        uint32 epoch = escrow.currentEpoch() - uint32(back % 16);
        IMinerEscrow.Offence kind = liveness ? IMinerEscrow.Offence.Liveness : IMinerEscrow.Offence.Correctness;
        bool judged = escrow.isJudged(_node(i), kind, epoch);
        uint256 before = escrow.slashable(_node(i));
        address reporter = withReporter ? REPORTER : address(0);
        try escrow.slash(_node(i), operators[operator % operators.length], kind, epoch, reporter) returns (
            uint256 penalty
        ) {
            if (judged) ++wrongs[Wrong.SecondSlash];
            if (penalty == 0 || penalty > (before * 3_000) / 10_000 + 1) ++wrongs[Wrong.HighSlash];
            penalties += penalty;
            lostBy[i] += penalty;
            if (withReporter) reported += penalty / 5;
        } catch {}
    }

    function voidEpochs(uint256 i, uint256 from, uint256 length) external counted {
        uint32 first = escrow.currentEpoch() - 6 + uint32(from % 16);
        escrow.voidEpochs(_node(i % NODES), first, first + uint32(length % 12));
    }

    // ------------------------------------------------------------------ rewards

    function fund(uint256 ahead, uint256 count, uint256 perEpoch) external counted {
        uint32 first = escrow.currentEpoch() / 64 + 1 + uint32(ahead % 2);
        uint32 many = uint32(1 + (count % 3));
        perEpoch = 1 + (perEpoch % 1e20);
        escrow.fundRewards(first, many, uint128(perEpoch));
        funded += perEpoch * 64 * many;
        for (uint32 k = 0; k < many; ++k) _know(first + k);
    }

    function _know(uint32 period) internal {
        if (_knownPeriod[period]) return;
        _knownPeriod[period] = true;
        periods.push(period);
    }

    function claim(uint256 i, uint256 to) external counted {
        i %= NODES;
        uint32 from = uint32(_miner(i).claimedThrough) + 1;
        uint32 last = uint32(from + (to % 80));
        (uint256 want, ) = escrow.previewReward(_node(i), last);
        try escrow.claimRewards(_node(i), last) returns (uint256 amount) {
            if (amount != want) ++wrongs[Wrong.CursorBack];
            claimed += amount;
        } catch {}
        _checkCursor(i);
    }

    function skip(uint256 i, uint256 to) external counted {
        i %= NODES;
        uint256 cursor = _miner(i).claimedThrough;
        vm.prank(_node(i));
        try escrow.skipRewards(uint32(cursor + (to % 20))) {} catch {}
        _checkCursor(i);
    }

    function _checkCursor(uint256 i) internal {
        uint256 cursor = _miner(i).claimedThrough;
        if (
            cursor < _cursor[i] ||
            (cursor != 0 && cursor + D >= escrow.currentEpoch() && cursor != _miner(i).bondedEpoch)
        ) ++wrongs[Wrong.CursorBack];
        _cursor[i] = cursor;
    }

    function recycle(uint256 which, bool pot, bool waitForIt) external counted {
        if (pot) {
            uint256 amount = escrow.penaltyPot();
            try escrow.recyclePot() {
                potRecycled += amount;
                _know(escrow.currentEpoch() / 64 + 1);
            } catch {}
            return;
        }
        if (periods.length == 0) return;
        uint32 period = periods[which % periods.length];
        if (waitForIt && which % 4 == 0) {
            vm.warp(block.timestamp + 400 * LENGTH);
            _freeze();
        }
        try escrow.recycle(period) {
            _know(escrow.currentEpoch() / 64 + 1);
        } catch {}
    }

    // ------------------------------------------------------------------ policies

    function create(uint256 owner, uint256 shares, uint256 length, bool sponsored, bool slipped) external counted {
        owner %= OWNERS;
        if (cohorts.length >= 12) return;
        shares = 1 + (shares % NODES);
        IPolicyManager.Terms memory terms = _termsOf(shares, length);
        (uint256 deposit, , ) = manager.quote(RATE, terms.shares, terms.expiresAt);
        bytes32 others = _others(bytes32(0));
        bytes32 id = _open(owner, sponsored, terms, slipped ? deposit + RATE * shares : deposit);
        if (_others(bytes32(0)) != others) ++wrongs[Wrong.ForeignPolicyTouched];
        address payer = sponsored ? address(this) : ownerAt(owner);
        cohorts.push(Cohort(id, ownerAt(owner), payer, terms.salt, shares, deposit, 0, 0, false));
    }

    function _open(
        uint256 owner,
        bool sponsored,
        IPolicyManager.Terms memory terms,
        uint256 value
    ) internal returns (bytes32 id) {
        uint256 gas;
        if (sponsored) {
            bytes memory consent = _consentFor(owner, address(this), terms);
            gas = gasleft();
            id = manager.createPolicyFor{value: value}(terms, ownerAt(owner), block.timestamp, consent, _noNote());
        } else {
            vm.deal(ownerAt(owner), 1e30);
            vm.prank(ownerAt(owner));
            gas = gasleft();
            id = manager.createPolicy{value: value}(terms, _noNote());
        }
        if (gas - gasleft() > 160_000) ++wrongs[Wrong.DearCreate];
    }

    function _termsOf(uint256 shares, uint256 length) internal view returns (IPolicyManager.Terms memory terms) {
        terms.salt = keccak256(abi.encode(cohorts.length));
        terms.root = _root(_tree(_leaves(shares, terms.salt)));
        terms.shares = uint8(shares);
        terms.rate = RATE;
        terms.expiresAt = uint40(block.timestamp + 1 + (length % (20 * LENGTH)));
    }

    function _consentFor(
        uint256 owner,
        address payer,
        IPolicyManager.Terms memory terms
    ) internal view returns (bytes memory) {
        bytes32 structHash = TypedData.policyFor(
            ownerAt(owner),
            payer,
            terms.salt,
            terms.root,
            terms.shares,
            terms.rate,
            terms.expiresAt,
            block.timestamp
        );
        return _sign(0xa000 + owner, address(manager), structHash);
    }

    /// @dev Digest of every policy but one, to see that nothing else was touched.
    function _others(bytes32 id) internal view returns (bytes32 digest) {
        for (uint256 k = 0; k < cohorts.length; ++k) {
            if (cohorts[k].id == id) continue;
            digest = keccak256(abi.encode(digest, manager.policy(cohorts[k].id)));
        }
    }

    function extend(uint256 which, uint256 more) external counted {
        if (cohorts.length == 0) return;
        Cohort storage its = cohorts[which % cohorts.length];
        IPolicyManager.Policy memory policy = manager.policy(its.id);
        uint40 later = policy.expiresAt + 1 + uint40(more % (10 * LENGTH));
        uint256 end = (uint256(later) - 1) / LENGTH;
        uint256 price = end > policy.end ? (end - policy.end) * RATE * its.shares : 0;
        uint256 key;
        for (uint256 i = 0; i < OWNERS; ++i) if (ownerAt(i) == its.owner) key = 0xa000 + i;
        bytes memory consent = _sign(key, address(manager), TypedData.extension(its.id, later, block.timestamp));
        bytes32 others = _others(its.id);
        vm.deal(its.sponsor, 1e30);
        vm.prank(its.sponsor);
        try manager.extendPolicy{value: price}(its.id, later, block.timestamp, consent) {
            its.deposited += price;
            if (its.revoked) ++wrongs[Wrong.ForeignPolicyTouched];
        } catch {}
        if (_others(its.id) != others) ++wrongs[Wrong.ForeignPolicyTouched];
    }

    function revoke(uint256 which) external counted {
        if (cohorts.length == 0) return;
        Cohort storage its = cohorts[which % cohorts.length];
        bool servable = manager.isServable(its.id, block.timestamp);
        uint256 before = manager.credit(its.sponsor);
        bytes32 others = _others(its.id);
        vm.prank(its.owner);
        uint256 gas = gasleft();
        try manager.revoke(its.id) {
            if (gas - gasleft() > 80_000) ++wrongs[Wrong.DearRevoke];
            its.refunded += manager.credit(its.sponsor) - before;
            its.revoked = true;
        } catch {
            if (servable) ++wrongs[Wrong.RevokeRefused];
        }
        if (_others(its.id) != others) ++wrongs[Wrong.ForeignPolicyTouched];
    }

    function settle(uint256 which, uint256 index) external counted {
        if (cohorts.length == 0) return;
        Cohort storage its = cohorts[which % cohorts.length];
        index %= its.shares;
        Leaf[] memory leaves = _leaves(its.shares, its.salt);
        bytes32[] memory proof = _proof(_tree(leaves), index);
        (uint256 paid, uint256 refunded, ) = manager.previewSettle(its.id, leaves[index]);
        bytes32 others = _others(its.id);
        uint256 gas = gasleft();
        try manager.settle(its.id, leaves[index], proof) {
            if (gas - gasleft() > 150_000) ++wrongs[Wrong.DearSettle];
            its.paid += paid;
            its.refunded += refunded;
            paidTo[its.id][index] += paid;
            refundedOf[its.id][index] += refunded;
        } catch {}
        if (_others(its.id) != others) ++wrongs[Wrong.ForeignPolicyTouched];
    }

    function close(uint256 which, bool waitForIt) external counted {
        if (cohorts.length == 0) return;
        Cohort storage its = cohorts[which % cohorts.length];
        if (waitForIt && which % 5 == 0) {
            vm.warp(block.timestamp + 95 * LENGTH);
            _freeze();
        }
        uint256 left = manager.policy(its.id).left;
        try manager.close(its.id) {
            its.refunded += left;
        } catch {}
    }

    function withdraw(uint256 who) external counted {
        who %= NODES + OWNERS + 1;
        address one =
            who < NODES
                ? _node(who)
                : who < NODES + OWNERS
                    ? ownerAt(who - NODES)
                    : address(this);
        vm.prank(one);
        try manager.withdraw(address(0xdead)) {} catch {}
    }
}
