/** The room that what is mine will take, for whoever was connected before (`layout.tsx` marks the page before the first paint). */
export function Place() {
  return (
    <div aria-hidden="true" className="hidden in-data-known:block">
      <div className="h-28 pt-4 max-sm:h-44">
        <span className="block h-9 w-64 max-w-full rounded bg-line" />
      </div>
      <div className="grid grid-cols-1 gap-4 md:grid-cols-2">
        <span className="h-44 rounded-card border border-line bg-raised" />
        <span className="h-44 rounded-card border border-line bg-raised" />
      </div>
    </div>
  );
}
