// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Activity} from "../libraries/Activity.sol";
import {Lanes} from "../libraries/Lanes.sol";
import {Weights} from "../libraries/Weights.sol";
import {Vm} from "./Vm.sol";

/// @notice The three packed stores of MinerEscrow against their naive twins.
contract ActivityTest {
    using Activity for Activity.Bits;
    using Lanes for Lanes.Totals;
    using Weights for Weights.History;

    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    Activity.Bits internal bits;
    Lanes.Totals internal lanes;
    Weights.History internal weights;

    function _slowCount(uint256 x) internal pure returns (uint256 total) {
        for (; x != 0; x >>= 1) total += x & 1;
    }

    function testFuzz_popcountEqualsCountingBits(uint256 x) public pure {
        vm.assertEq(Activity.popcount(x), _slowCount(x), "popcount");
    }

    function test_popcountOfFullAndEmptyAndEachBit() public pure {
        vm.assertEq(Activity.popcount(0), 0, "none");
        vm.assertEq(Activity.popcount(type(uint256).max), 256, "all");
        for (uint256 i = 0; i < 256; ++i) {
            vm.assertEq(Activity.popcount(1 << i), 1, "one");
            vm.assertEq(Activity.popcount(~(uint256(1) << i)), 255, "all but one");
        }
    }

    function testFuzz_windowReadsWhatFlipWrote(uint32 first, uint16 mask, uint8 shift) public {
        bits.flip(first, mask);
        vm.assertEq(bits.window(first), mask, "window");
        uint256 back = shift & 15;
        if (first >= back) {
            vm.assertEq(bits.window(first - back), (uint256(mask) << back) & 0xffff, "window from before");
        }
        vm.assertEq(bits.window(uint256(first) + back), uint256(mask) >> back, "window from behind");
        bits.flip(first, mask);
        vm.assertEq(bits.window(first), 0, "flipped back");
    }

    function testFuzz_countOverRangesThatCrossWords(uint16 mask, uint8 offset, uint16 from, uint16 length) public {
        uint256 first = 512 - 8 + (offset & 15);
        bits.flip(first, mask);
        uint256 start = uint256(from) % 1_024;
        uint256 end = start + (uint256(length) % 1_024);
        uint256 want = 0;
        for (uint256 epoch = start; epoch <= end; ++epoch) {
            if (epoch >= first && epoch < first + 16) want += (mask >> (epoch - first)) & 1;
        }
        vm.assertEq(bits.count(start, end), want, "count");
        vm.assertEq(bits.count(end + 1, end), 0, "empty range");
    }

    function testFuzz_lanesShiftEachChosenEpochAlone(
        uint32 first,
        uint16 mask,
        uint16 second,
        uint32 old,
        uint32 next
    ) public {
        lanes.shift(first, mask, old, 0);
        lanes.shift(first, second & mask, next, old);
        for (uint256 k = 0; k < 17; ++k) {
            uint256 want =
                (mask >> k) & 1 == 0
                    ? 0
                    : (second >> k) & 1 == 0
                        ? old
                        : next;
            vm.assertEq(lanes.total(uint256(first) + k), want, "lane");
        }
        lanes.shift(first, mask & ~second, 0, old);
        lanes.shift(first, mask & second, 0, next);
        for (uint256 k = 0; k < 17; ++k) vm.assertEq(lanes.total(uint256(first) + k), 0, "empty again");
    }

    function testFuzz_weightsAnswerForEveryEpoch(uint8[] calldata steps, uint32 latest, uint32 probe) public {
        vm.assume(steps.length <= 40);
        uint256 until = 10;
        for (uint256 i = 0; i < steps.length; ++i) {
            until += uint256(steps[i]) + 1;
            weights.push(i, until, i + 1);
        }
        uint256 epoch = uint256(probe) % (until + 5);
        // naive: walk from the front
        uint256 want = latest;
        uint256 reached = 10;
        for (uint256 i = 0; i < steps.length; ++i) {
            reached += uint256(steps[i]) + 1;
            if (epoch <= reached) {
                want = i + 1;
                break;
            }
        }
        vm.assertEq(weights.weightAt(steps.length, epoch, latest), want, "weight");
    }
}
