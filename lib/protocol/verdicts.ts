/** What the adjudicator finds of a cfrag: the words alone, for whoever reads them and judges nothing. */

/** In the order of the contract's enum. */
export const cfragVerdicts = [
  'Correct',
  'Commitment',
  'Scalar',
  'Point',
  'EquationE',
  'EquationV',
  'EquationU',
] as const;
export type CFragVerdict = (typeof cfragVerdicts)[number];
