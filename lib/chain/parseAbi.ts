/**
 * ABIs as people write them, to the JSON that codecs read: a quarter of the bytes in a page. Owns: the grammar of
 * `signatures.ts`, which is generated, so that nothing here is for foreign input. Owns not: encoding (adapters).
 * Source: Solidity ABI specification (JSON), ethers' human-readable ABI.
 *
 *   function quote(uint96 rate,uint8 shares) view returns (uint256 deposit,uint32 start)
 *   event Notice(bytes32 indexed id,bytes envelope)          error WrongPayment(uint256 want,uint256 got)
 *   a struct is its parameters in brackets: (bytes32 salt,bytes32 root)[] terms
 */
import type { AbiItem, AbiParameter } from './codec.ts';

/** One item per line. Throws a plain `SyntaxError` for what the generator cannot have written. */
export function parseAbi(text: string): readonly AbiItem[] {
  return text.trim().split('\n').map(parseItem);
}

function parseItem(line: string): AbiItem {
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray => {
    pattern.lastIndex = at;
    const found = pattern.exec(line);
    if (found === null) throw new SyntaxError(`The ABI is malformed at ${at}: ${line.slice(0, 80)}`);
    at = pattern.lastIndex;
    return found;
  };
  const parameters = (): AbiParameter[] => {
    const list: AbiParameter[] = [];
    take(/\(/y);
    while (line[at] !== ')') {
      const components = line[at] === '(' ? parameters() : undefined;
      const [, type = '', indexed, name = ''] = take(/([\w[\]]*)( indexed)? ?(\w*),?/y);
      if (!components && type === '') throw new SyntaxError(`The ABI lacks a type at ${at}: ${line.slice(0, 80)}`);
      list.push({
        name,
        type: components ? `tuple${type}` : type,
        ...(components && { components }),
        ...(indexed && { indexed: true }),
      });
    }
    at++;
    return list;
  };
  const [, type = '', name = ''] = take(/(function|event|error) (\w+)/y);
  const inputs = parameters();
  if (type !== 'function') return { type, name, inputs };
  const [, stateMutability = 'nonpayable'] = take(/(?: (view|pure|payable))?/y);
  const [returns = ''] = take(/(?: returns )?/y);
  const outputs = returns === '' ? [] : parameters();
  return { type, name, inputs, outputs, stateMutability };
}
