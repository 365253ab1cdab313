import { Skeleton } from '../components/Skeleton';

/** The room that the ledger will take. */
export function LedgerPlace() {
  return (
    <div className="flex flex-col gap-6">
      <div className="h-[32rem] rounded-card border border-line bg-raised sm:h-[27rem]">
        <Skeleton rows={8} />
      </div>
      <div className="grid gap-6 lg:grid-cols-2">
        <div className="h-72 rounded-card border border-line bg-raised">
          <Skeleton rows={5} />
        </div>
        <div className="h-72 rounded-card border border-line bg-raised">
          <Skeleton rows={5} />
        </div>
      </div>
    </div>
  );
}
