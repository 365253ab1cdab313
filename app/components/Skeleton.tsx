/**
 * What is on its way, in its true size, so that nothing jumps when it comes: rows of a panel, or cards. Seen only if it takes longer
 * than 300 ms (`late`), so that what is quick does not flicker.
 */
export function Skeleton({ rows, shape = 'rows' }: { readonly rows: number; readonly shape?: 'rows' | 'cards' }) {
  const keys = Array.from({ length: rows }, (_, row) => `row-${row}`);
  if (shape === 'cards') {
    return (
      <div aria-hidden="true" className="late flex flex-col gap-4">
        {keys.map((key) => (
          <div key={key} className="flex h-44 flex-col gap-3 rounded-card border border-line bg-raised p-5 sm:p-6">
            <div className="flex gap-4">
              <span className="breathe size-11 rounded-[10px] bg-line" />
              <span className="flex flex-1 flex-col gap-2.5 pt-1">
                <span className="breathe h-5 w-2/5 rounded bg-line" />
                <span className="breathe h-4 w-3/5 rounded bg-line" />
              </span>
            </div>
            <span className="breathe mt-auto h-11 w-28 rounded-[10px] bg-line" />
          </div>
        ))}
      </div>
    );
  }
  return (
    <div aria-hidden="true" className="late flex flex-col gap-4 px-5 py-4">
      {keys.map((key) => (
        <span key={key} className="breathe h-5 rounded bg-line" />
      ))}
    </div>
  );
}
