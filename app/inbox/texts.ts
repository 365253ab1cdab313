/** Words of the page of one thing that was received. */
import { texts } from '../i18n/texts.ts';

export const itemTexts = texts(
  {
    title: 'Shared with you',
    lead: 'From whom, until when, and what the nodes said when they were asked.',
    all: 'To my inbox',
    unknown: 'This is not in your inbox',
    unknownNote:
      'Nothing of that id has come to the keys of this browser, or it was taken out. If you have its link, paste it in the inbox.',
    sender: 'Who sent it',
    whoever: 'Not proven yet',
    wordsNote: 'The words of the key that signed it. If the sender reads the same six, it is theirs.',
    compared: 'You have compared these words with {name}.',
    notCompared: 'You have not compared these words yet.',
    compare: 'Compare them',
    published: 'Not among your people. The account that paid has published this key under these words.',
    noWords:
      'Not among your people, and the account that paid has not published the key that signed it: there are no words to compare.',
    notAccepted:
      'Nothing of it was fetched, so nothing is proven. Once you accept it, the key that signed it stands here.',
    notProven: 'Its manifest could not be read yet, so no key has signed anything.',
    facts: 'What it is',
    size: 'Size',
    files: '{n|file|files}',
    sharedAt: 'Shared',
    opensAt: 'Opens',
    endsAt: 'Ends',
    endedAt: 'Ended',
    quorum: 'Nodes',
    ofNodes: 'any {m} of {n}',
    account: 'Paid by',
    policy: 'Policy',
    nodes: 'Kept by',
  },
  {
    title: 'Compartido contigo',
    lead: 'De quién, hasta cuándo, y qué dijeron los nodos al preguntarles.',
    all: 'A mi bandeja',
    unknown: 'Esto no está en tu bandeja',
    unknownNote:
      'Nada con ese identificador ha llegado a las claves de este navegador, o se quitó. Si tienes su enlace, pégalo en la bandeja.',
    sender: 'Quién lo envió',
    whoever: 'Aún sin probar',
    wordsNote: 'Las palabras de la clave que lo firmó. Si quien lo envía lee las mismas seis, es la suya.',
    compared: 'Has comparado estas palabras con {name}.',
    notCompared: 'Aún no has comparado estas palabras.',
    compare: 'Compararlas',
    published: 'No está entre tus personas. La cuenta que pagó ha publicado esta clave con estas palabras.',
    noWords:
      'No está entre tus personas, y la cuenta que pagó no ha publicado la clave que lo firmó: no hay palabras que comparar.',
    notAccepted:
      'No se ha traído nada de ello, así que nada está probado. Cuando lo aceptes, aquí estará la clave que lo firmó.',
    notProven: 'Su manifiesto aún no se pudo leer, así que ninguna clave ha firmado nada.',
    facts: 'Qué es',
    size: 'Tamaño',
    files: '{n|archivo|archivos}',
    sharedAt: 'Compartido',
    opensAt: 'Se abre',
    endsAt: 'Termina',
    endedAt: 'Terminó',
    quorum: 'Nodos',
    ofNodes: '{m} de {n} cualesquiera',
    account: 'Pagado por',
    policy: 'Póliza',
    nodes: 'Guardado por',
  },
);
