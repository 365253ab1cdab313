// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DintelToken} from "../DintelToken.sol";
import {MinerEscrow} from "../MinerEscrow.sol";
import {PolicyManager} from "../PolicyManager.sol";
import {IMinerEscrow} from "../interfaces/IMinerEscrow.sol";
import {IPolicyManager} from "../interfaces/IPolicyManager.sol";
import {Leaf, Leaves} from "../libraries/Leaves.sol";
import {Ledger} from "../libraries/Ledger.sol";
import {TypedData} from "../libraries/TypedData.sol";
import {Vm} from "./Vm.sol";

/// @notice A whole deployment in local rules, this contract being its deployer and Adjudicator, and hands to play with it.
abstract contract Base {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    uint256 internal constant LENGTH = 30;
    uint256 internal constant D = 2;
    uint256 internal constant UNIT = 1e18;
    uint256 internal constant MIN_STAKE = 25_000e18;

    DintelToken internal token;
    MinerEscrow internal escrow;
    PolicyManager internal manager;

    function _deploy() internal {
        _deployUnwired();
        escrow.wire(address(this));
    }

    function _deployUnwired() internal {
        vm.warp(30_000 * LENGTH + 7);
        token = new DintelToken(address(this));
        escrow = new MinerEscrow(token, _rules());
        manager = new PolicyManager(escrow);
    }

    function _rules() internal pure returns (IMinerEscrow.Rules memory) {
        return
            IMinerEscrow.Rules({
                epochLength: uint32(LENGTH),
                disputeWindow: uint32(D),
                evidenceWindow: 14,
                unbonding: 21,
                minStake: uint128(MIN_STAKE),
                weightUnit: uint128(UNIT)
            });
    }

    /// @dev A cheatcode is a call, and invariants are asked after every action: only what is false is worth one.
    function _same(uint256 left, uint256 right, string memory what) internal pure {
        if (left != right) vm.assertEq(left, right, what);
    }

    // ------------------------------------------------------------------ nodes

    /// @notice Stake wallets sign nothing here, so they need no key.
    function _node(uint256 i) internal pure returns (address) {
        return address(uint160(0x1000_0000 + i));
    }

    function _operatorKey(uint256 i) internal pure returns (uint256) {
        return 0x2000 + i;
    }

    function _operator(uint256 i) internal pure returns (address) {
        return vm.addr(_operatorKey(i));
    }

    function _info() internal pure returns (IMinerEscrow.Info memory info) {
        info.url = "https://ursula.example";
        info.encryptingKey = abi.encodePacked(bytes1(0x02), keccak256("key"));
        info.peerId = hex"00";
        info.protocol = 1;
    }

    function _sign(uint256 key, address verifier, bytes32 structHash) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, _digest(verifier, structHash));
        return abi.encodePacked(r, s, v);
    }

    function _digest(address verifier, bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Dintel"),
                keccak256("1"),
                block.chainid,
                verifier
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function _consent(uint256 operator, address node, uint256 deadline) internal view returns (bytes memory) {
        return _sign(_operatorKey(operator), address(escrow), TypedData.operatorConsent(node, deadline));
    }

    function _fund(address node, uint256 amount) internal {
        token.transfer(node, amount);
        vm.prank(node);
        token.approve(address(escrow), amount);
    }

    /// @notice Bond node i with operator `operator`; the caller must expect success.
    function _bond(uint256 i, uint256 operator, uint256 amount, uint256 ahead) internal {
        address node = _node(i);
        bytes memory consent = _consent(operator, node, block.timestamp);
        uint32 until = escrow.currentEpoch() + uint32(ahead);
        _fund(node, amount);
        vm.prank(node);
        escrow.bond(uint128(amount), _operator(operator), block.timestamp, consent, until, _info());
    }

    function _bond(uint256 i) internal {
        _bond(i, i, MIN_STAKE * 4, 10);
    }

    function _beat(uint256 operator, uint8 count) internal {
        vm.prank(_operator(operator));
        escrow.heartbeat(count);
    }

    function _skip(uint256 epochs) internal {
        vm.warp(block.timestamp + epochs * LENGTH);
    }

    function _miner(uint256 i) internal view returns (Ledger.Node memory) {
        return escrow.miner(_node(i));
    }

    // ------------------------------------------------------------------ policies

    /// @notice A cohort of nodes 0 .. shares - 1.
    function _leaves(uint256 shares, bytes32 seed) internal pure returns (Leaf[] memory leaves) {
        leaves = new Leaf[](shares);
        for (uint256 i = 0; i < shares; ++i) {
            leaves[i] = Leaf({index: i, node: _node(i), fragment: keccak256(abi.encode(seed, i)), terms: seed});
        }
    }

    /// @notice Every row of the tree: rows[0] are the leaves filled up with zeros, the last is the root.
    function _tree(Leaf[] memory leaves) internal pure returns (bytes32[][] memory rows) {
        uint256 depth = Leaves.depth(leaves.length);
        rows = new bytes32[][](depth + 1);
        rows[0] = new bytes32[](1 << depth);
        for (uint256 i = 0; i < leaves.length; ++i) rows[0][i] = Leaves.hash(leaves[i]);
        for (uint256 row = 1; row <= depth; ++row) {
            rows[row] = new bytes32[](1 << (depth - row));
            for (uint256 i = 0; i < rows[row].length; ++i) {
                rows[row][i] = keccak256(abi.encodePacked(rows[row - 1][2 * i], rows[row - 1][2 * i + 1]));
            }
        }
    }

    function _root(bytes32[][] memory rows) internal pure returns (bytes32) {
        return rows[rows.length - 1][0];
    }

    function _proof(bytes32[][] memory rows, uint256 index) internal pure returns (bytes32[] memory proof) {
        proof = new bytes32[](rows.length - 1);
        for (uint256 row = 0; row < proof.length; ++row) proof[row] = rows[row][(index >> row) ^ 1];
    }

    function _noNote() internal pure returns (IPolicyManager.Note memory note) {}

    receive() external payable {}
}
