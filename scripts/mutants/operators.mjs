/** What a mutant is: one place of one source changed by one operator, and in what order a seed tries them. */

const operators = [
  { kind: 'comparison', pattern: / (==|!=) /g, change: ([, sign]) => (sign === '==' ? ' != ' : ' == ') },
  { kind: 'comparison', pattern: / (&&|\|\|) /g, change: ([, sign]) => (sign === '&&' ? ' || ' : ' && ') },
  {
    kind: 'boundary',
    pattern: / (<=|>=|<|>) /g,
    change: ([, sign]) => ` ${{ '<=': '<', '>=': '>', '<': '<=', '>': '>=' }[sign]} `,
  },
  {
    kind: 'arithmetic',
    pattern: / (\+|-|\*|\/|%) /g,
    change: ([, sign]) => ` ${{ '+': '-', '-': '+', '*': '/', '/': '*', '%': '/' }[sign]} `,
  },
  { kind: 'deleted check', pattern: /^ +require\([^;]*\);/gm, change: () => '' },
  { kind: 'deleted effect', pattern: /^ +[\w.[\]()]+ (=|\+=|-=|\|=|\^=) [^;{}]*;/gm, change: () => '' },
  {
    kind: 'deleted effect',
    pattern: /(?<=[;{}]\s*)^ +(?!require\b|return\b|for\b|if\b)(emit |delete )?[\w.]+[[(][^;{}]*;/gm,
    change: () => '',
  },
  {
    kind: 'swapped arguments',
    pattern: /\b(?!(?:add|mul|and|or|xor|eq|addmod|mulmod)\()(\w+\()([\w.]+), ([\w.]+)(?=[,)])/g,
    change: ([, call, a, b]) => `${call}${b}, ${a}`,
  },
];

/** Every mutant of a source, outside comments, imports and declarations. */
export function mutantsOf(path, text) {
  const quiet = text.replace(
    /\/\*[\s\S]*?\*\/|\/\/.*$|^(import|using|pragma).*$|^ *(error|event|function|constructor).*$/gm,
    (part) => part.replace(/[^\n]/g, ' '),
  );
  const all = operators.flatMap(({ kind, pattern, change }) =>
    [...quiet.matchAll(pattern)].map((match) => ({
      path,
      kind,
      at: match.index,
      line: text.slice(0, match.index).split('\n').length + (match[0].match(/^\n*/)?.[0].length ?? 0),
      before: text.slice(0, match.index).trimEnd().split('\n').slice(-2).join('\n').slice(-160),
      was: match[0].trim(),
      now: change(match).trim(),
      text: text.slice(0, match.index) + change(match) + text.slice(match.index + match[0].length),
    })),
  );
  // two operators may propose the same change
  return [...new Map(all.map((mutant) => [mutant.text, mutant])).values()];
}

/** Fisher and Yates with a generator that the seed starts. */
function shuffled(list, seed) {
  let state = seed >>> 0 || 1;
  const roll = (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
  const result = [...list];
  for (let i = result.length - 1; i > 0; i -= 1) {
    const j = roll(i + 1);
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}

/** Mutants of several sources in the seed's order, spread so that any beginning of the list holds the same part of each source. */
export function inOrder(mutantsBySource, seed) {
  return mutantsBySource
    .flatMap((mutants) => shuffled(mutants, seed).map((mutant, i) => ({ mutant, place: (i + 0.5) / mutants.length })))
    .sort((a, b) => a.place - b.place)
    .map(({ mutant }) => mutant);
}
