/** Rows of the true height while data is on its way, so that nothing jumps when it comes. */
export function Skeleton({ rows }: { readonly rows: number }) {
  return (
    <div aria-hidden="true" className="flex flex-col gap-4 px-5 py-4">
      {Array.from({ length: rows }, (_, row) => `row-${row}`).map((key) => (
        <span key={key} className="h-5 rounded bg-line" />
      ))}
    </div>
  );
}
