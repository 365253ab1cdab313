/** One number of the strip, with its name; a bar of the same height stands for it until it is known. */
export function Figure({
  name,
  value,
  unit,
}: {
  readonly name: string;
  readonly value: string | undefined;
  readonly unit?: string | undefined;
}) {
  return (
    <div className="min-w-0 rounded-card border border-line bg-raised px-4 py-4 sm:px-5">
      <dt className="text-quiet text-sm">{name}</dt>
      <dd className="mt-1 flex min-h-9 flex-wrap items-baseline gap-x-2">
        {value === undefined ? (
          <span className="h-6 w-20 self-center rounded bg-line" aria-hidden="true" />
        ) : (
          <span className="font-semibold text-lg sm:text-2xl">{value}</span>
        )}
        {unit !== undefined && <span className="text-quiet text-sm">{unit}</span>}
      </dd>
    </div>
  );
}
