/** Words of the front page. */
import { texts } from './texts';

export const homeTexts = texts(
  {
    title: 'Encrypt once. Let others open it. Stop whenever you say.',
    lead: 'No node ever sees your file or your key. Any three of the five you choose can let Bob in; none can alone.',
    dial: 'Three of five nodes must answer',
    try: 'Try it now',
    story: 'See how it works',
    shareDoor: 'Share a file',
    shareNote: 'Encrypted on this page, for one person, until a day you choose. You may close the tab afterwards.',
    openDoor: 'Open something shared with me',
    openNote: 'A link or your inbox is enough. You need no coins and no account.',
    nodeDoor: 'Run a node',
    nodeNote: 'Stake, answer, earn. Whoever answers falsely is caught and loses stake.',
  },
  {
    title: 'Cifra una vez. Deja que otros lo abran. Para cuando quieras.',
    lead: 'Ningún nodo ve tu archivo ni tu clave. Tres de los cinco que elijas pueden abrirle a Bob; ninguno puede solo.',
    dial: 'Tres de cinco nodos deben responder',
    try: 'Pruébalo ahora',
    story: 'Mira cómo funciona',
    shareDoor: 'Compartir un archivo',
    shareNote: 'Cifrado en esta página, para una persona, hasta el día que digas. Después puedes cerrar la pestaña.',
    openDoor: 'Abrir algo que me compartieron',
    openNote: 'Basta un enlace o tu bandeja. No necesitas monedas ni cuenta.',
    nodeDoor: 'Operar un nodo',
    nodeNote: 'Deposita, responde, gana. A quien responde en falso se le descubre y pierde su depósito.',
  },
);
