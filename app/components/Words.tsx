/** Six words of a fingerprint, to be compared by voice. */
export function Words({
  words,
  tone = 'plain',
}: {
  readonly words: readonly string[];
  readonly tone?: 'plain' | 'attention';
}) {
  return (
    <ol className="flex flex-wrap gap-1.5" data-testid="words">
      {Object.entries(words).map(([place, word]) => (
        <li
          key={place}
          className={`rounded-md px-2 py-1 font-mono text-sm ${tone === 'attention' ? 'bg-amber-wash text-amber' : 'bg-sunk'}`}
        >
          {word}
        </li>
      ))}
    </ol>
  );
}
