/** The door to `report.ts`. Few ever meet a liar: a page that does not, need not load what convicts one. */
import type { Deployment } from '../../chain/deployments.ts';
import type { SignedAnswer } from '../../protocol/evidence.ts';
import type { Reported, ReportOptions } from './report.ts';

/** File a wrong answer; see {@link import('./report.ts').report}. */
export async function reportAnswer(
  deployment: Deployment,
  answer: SignedAnswer,
  options: ReportOptions,
): Promise<Reported> {
  const { report } = await import('../later.ts');
  return report(deployment, answer, options);
}
