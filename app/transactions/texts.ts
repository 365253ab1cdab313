/** Words of what is under way between page, wallet and chain. */
import { texts } from '../i18n/texts';

export const underwayTexts = texts(
  {
    asks: 'Your wallet asks you',
    asksNote: 'Compare these with what it shows. Nothing is sent until you agree there; decline there to stop.',
    calls: 'Calls',
    pays: 'Pays',
    nothing: 'nothing but gas',
    waits: 'Sent, waiting for a block',
    waitsNote: 'You may leave this page or close it; the list under Activity keeps it.',
    proposed: 'Proposed in your wallet',
    proposedLine: 'Proposed in your wallet; it waits for other signers.',
    proposedLeave: 'You may close this page meanwhile.',
    proposedNote:
      'It waits for other signers, there. You may close this page: as soon as one of them carries it out, the chain says so here.',
    hash: 'Transaction',
    elapsed: 'Waiting for',
    dropped: 'The transaction vanished',
    droppedNote:
      'No block took it, and the chain no longer knows it. Nothing was paid. Look at your wallet before you send it again.',
    replaced: 'Another transaction took its place',
    replacedNote:
      'Your account sent another one with the same number, perhaps because you sped it up or cancelled it in your wallet. This page goes by the chain: if the other one did the same, all is well.',
    close: 'Close',
    token: 'the token',
    escrow: 'MinerEscrow',
    policyManager: 'PolicyManager',
    adjudicator: 'Adjudicator',
    keyRegistry: 'KeyRegistry',
    other: 'an account',
  },
  {
    asks: 'Tu cartera te pregunta',
    asksNote: 'Compáralo con lo que ella muestra. No se envía nada hasta que aceptes allí; recházalo allí para parar.',
    calls: 'Llama a',
    pays: 'Paga',
    nothing: 'solo el gas',
    waits: 'Enviada, esperando un bloque',
    waitsNote: 'Puedes dejar esta página o cerrarla; la lista de Actividad la guarda.',
    proposed: 'Propuesta en tu cartera',
    proposedLine: 'Propuesta en tu cartera; espera a otros firmantes.',
    proposedLeave: 'Mientras tanto puedes cerrar esta página.',
    proposedNote:
      'Espera allí a otros firmantes. Puedes cerrar esta página: en cuanto uno la ejecute, la cadena lo dirá aquí.',
    hash: 'Transacción',
    elapsed: 'Esperando desde hace',
    dropped: 'La transacción desapareció',
    droppedNote:
      'Ningún bloque la tomó y la cadena ya no la conoce. No se pagó nada. Mira tu cartera antes de enviarla otra vez.',
    replaced: 'Otra transacción ocupó su lugar',
    replacedNote:
      'Tu cuenta envió otra con el mismo número, quizá porque la aceleraste o la cancelaste en tu cartera. Esta página se guía por la cadena: si la otra hizo lo mismo, todo está bien.',
    close: 'Cerrar',
    token: 'la ficha',
    escrow: 'MinerEscrow',
    policyManager: 'PolicyManager',
    adjudicator: 'Adjudicator',
    keyRegistry: 'KeyRegistry',
    other: 'una cuenta',
  },
);
