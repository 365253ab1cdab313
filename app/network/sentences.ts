/**
 * Facts as sentences: a subject (who, or which policy) and what it did; undefined for facts that nobody needs to read.
 *
 * Owns: the choice of words. Owns not: the facts (`facts.ts`).
 */
import { type Language, say, texts } from '../i18n/texts.ts';
import type { Fact } from './facts';
import { amount } from './words';

/** What a fact is about, to filter by. */
export type Kind = 'nodes' | 'policies' | 'money' | 'penalties';
export const kinds: readonly Kind[] = ['nodes', 'policies', 'money', 'penalties'];

export interface Sentence {
  readonly subject: string;
  readonly about: 'node' | 'policy' | 'person';
  readonly kind: Kind;
  readonly text: string;
}

const lines = texts(
  {
    Bonded: 'staked {amount} tokens and became a node',
    ToppedUp: 'added {amount} tokens to its stake',
    OperatorSet: 'appointed another operator, from epoch {epoch} on',
    Heartbeat: 'promised to be awake for {n|epoch|epochs} from epoch {epoch} on',
    UnbondRequested: 'asked for {amount} tokens back, free in epoch {epoch}',
    UnbondCancelled: 'put what was on its way out back to work',
    StakeWithdrawn: 'took {amount} tokens of its stake',
    wrong: 'lost {amount} tokens for a wrong answer',
    silent: 'lost {amount} tokens for silence',
    Jailed: 'fell below the least stake and may not serve',
    EpochsVoided: 'had its promises taken back',
    RewardsClaimed: 'claimed {amount} tokens of rewards',
    CreditWithdrawn: 'took {amount} tokens home',
    PolicyCreated: 'paid {n|node|nodes} to serve somebody',
    PolicyExtended: 'was extended for {amount} ETH',
    PolicyRevoked: 'was revoked; {amount} ETH came back',
    Settled: 'earned {amount} ETH',
    PolicyClosed: 'was closed; {amount} ETH came back',
    Withdrawn: 'took {amount} ETH home',
    ChallengeOpened: 'was challenged to answer in public',
    ChallengeTimedOut: 'did not answer a challenge in time',
  },
  {
    Bonded: 'depositó {amount} fichas y es un nodo',
    ToppedUp: 'añadió {amount} fichas a su depósito',
    OperatorSet: 'nombró otro operador, desde la época {epoch}',
    Heartbeat: 'prometió estar despierto {n|época|épocas} desde la época {epoch}',
    UnbondRequested: 'pidió {amount} fichas de vuelta, libres en la época {epoch}',
    UnbondCancelled: 'devolvió al trabajo lo que estaba saliendo',
    StakeWithdrawn: 'retiró {amount} fichas de su depósito',
    wrong: 'perdió {amount} fichas por una respuesta falsa',
    silent: 'perdió {amount} fichas por su silencio',
    Jailed: 'quedó por debajo del mínimo y no puede servir',
    EpochsVoided: 'perdió sus promesas',
    RewardsClaimed: 'cobró {amount} fichas de recompensas',
    CreditWithdrawn: 'se llevó {amount} fichas',
    PolicyCreated: 'pagó a {n|nodo|nodos} para servir a alguien',
    PolicyExtended: 'se prolongó por {amount} ETH',
    PolicyRevoked: 'se revocó; volvieron {amount} ETH',
    Settled: 'ganó {amount} ETH',
    PolicyClosed: 'se cerró; volvieron {amount} ETH',
    Withdrawn: 'se llevó {amount} ETH',
    ChallengeOpened: 'fue retado a responder en público',
    ChallengeTimedOut: 'no respondió a tiempo a un reto',
  },
);

/** What a page says of a fact. */
export function sentenceOf({ of, event }: Fact, language: Language): Sentence | undefined {
  const tell = (key: keyof (typeof lines)['en'], values: Parameters<typeof say>[2] = {}) =>
    say(language, lines[language][key], values);
  const tokens = (value: bigint) => amount(value, language, 2);
  const ether = (value: bigint) => amount(value, language, 6);
  const node = (subject: string, kind: Kind, text: string): Sentence => ({ subject, about: 'node', kind, text });
  const policy = (subject: string, kind: Kind, text: string): Sentence => ({ subject, about: 'policy', kind, text });
  if (of === 'adjudicator') {
    if (event.event !== 'ChallengeOpened' && event.event !== 'ChallengeTimedOut') return undefined;
    return node(event.args.node, 'penalties', tell(event.event));
  }
  switch (event.event) {
    case 'Bonded':
    case 'ToppedUp':
    case 'StakeWithdrawn':
      return node(event.args.node, 'nodes', tell(event.event, { amount: tokens(event.args.amount) }));
    case 'OperatorSet':
      return node(event.args.node, 'nodes', tell('OperatorSet', { epoch: event.args.fromEpoch }));
    case 'Heartbeat':
      return node(event.args.node, 'nodes', tell('Heartbeat', { n: event.args.count, epoch: event.args.firstEpoch }));
    case 'UnbondRequested':
      return node(
        event.args.node,
        'nodes',
        tell('UnbondRequested', { amount: tokens(event.args.amount), epoch: event.args.readyEpoch }),
      );
    case 'UnbondCancelled':
      return node(event.args.node, 'nodes', tell('UnbondCancelled'));
    case 'Slashed':
      return node(
        event.args.node,
        'penalties',
        tell(event.args.kind === 0 ? 'wrong' : 'silent', { amount: tokens(event.args.penalty) }),
      );
    case 'Jailed':
    case 'EpochsVoided':
      return node(event.args.node, 'penalties', tell(event.event));
    case 'RewardsClaimed':
      return node(event.args.node, 'money', tell('RewardsClaimed', { amount: tokens(event.args.amount) }));
    case 'CreditWithdrawn':
      return {
        subject: event.args.who,
        about: 'person',
        kind: 'money',
        text: tell('CreditWithdrawn', { amount: tokens(event.args.amount) }),
      };
    case 'Withdrawn':
      return {
        subject: event.args.who,
        about: 'person',
        kind: 'money',
        text: tell('Withdrawn', { amount: ether(event.args.amount) }),
      };
    case 'PolicyCreated':
      return {
        subject: event.args.owner,
        about: 'person',
        kind: 'policies',
        text: tell('PolicyCreated', { n: event.args.shares }),
      };
    case 'PolicyExtended':
      return policy(event.args.id, 'policies', tell('PolicyExtended', { amount: ether(event.args.paid) }));
    case 'PolicyRevoked':
    case 'PolicyClosed':
      return policy(event.args.id, 'policies', tell(event.event, { amount: ether(event.args.refund) }));
    case 'Settled':
      return node(event.args.node, 'money', tell('Settled', { amount: ether(event.args.paid) }));
    default:
      return undefined;
  }
}
