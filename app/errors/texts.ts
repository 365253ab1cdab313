/** Words around an error, and sentences for codes whose own are for programmers: `update the software` helps nobody at a page. */
import { texts } from '../i18n/texts';

export const plainTexts = texts(
  {
    E_VERSION: 'This was made by a newer version of Dintel. Reload this page to get it; nothing is lost.',
    VERSION_UNSUPPORTED: 'This was made by a newer version of Dintel. Reload this page to get it; nothing is lost.',
    STORAGE_NOT_FOUND:
      'None of the places that should hold it has it now. It may be back soon; else ask the sender to share it again.',
    STORAGE_CORRUPT:
      'What came is not what was stored: its hash is another. None of it was used. Try other copies, or ask the sender.',
    'chain.unreachable': 'The chain does not answer. Nothing is lost; try again when it does.',
    'chain.wrong_chain': 'Your wallet is on another chain. Switch it, then try again; nothing was sent.',
    'chain.dropped':
      'The chain no longer knows this transaction: another took its place, or it was dropped. Look at your account before you send it again.',
    E_DOMAIN: 'This belongs to another network than the one of this page. Open it where it was made.',
  },
  {
    E_VERSION: 'Lo hizo una versión más nueva de Dintel. Recarga esta página para tenerla; no se pierde nada.',
    VERSION_UNSUPPORTED:
      'Lo hizo una versión más nueva de Dintel. Recarga esta página para tenerla; no se pierde nada.',
    STORAGE_NOT_FOUND:
      'Ninguno de los lugares que deberían tenerlo lo tiene ahora. Quizá vuelva pronto; si no, pide que lo compartan otra vez.',
    STORAGE_CORRUPT:
      'Lo que llegó no es lo que se guardó: su huella es otra. No se usó nada. Prueba otras copias o pregunta a quien lo envió.',
    'chain.unreachable': 'La cadena no responde. No se pierde nada; inténtalo cuando vuelva.',
    'chain.wrong_chain': 'Tu cartera está en otra cadena. Cámbiala e inténtalo otra vez; no se envió nada.',
    'chain.dropped':
      'La cadena ya no conoce esta transacción: otra ocupó su lugar o se descartó. Mira tu cuenta antes de enviarla otra vez.',
    E_DOMAIN: 'Esto es de otra red que la de esta página. Ábrelo donde se hizo.',
  },
);

export const faultTexts = texts(
  {
    again: 'Try again',
    reload: 'Reload',
    compare: 'Compare the words',
    details: 'Details',
    trouble: 'That did not work',
    troubleLink: 'This link cannot be read',
    troubleVersion: 'From a newer version',
    troubleNetwork: 'From another network',
  },
  {
    again: 'Intentar otra vez',
    reload: 'Recargar',
    compare: 'Comparar las palabras',
    details: 'Detalles',
    trouble: 'Eso no funcionó',
    troubleLink: 'Este enlace no se puede leer',
    troubleVersion: 'De una versión más nueva',
    troubleNetwork: 'De otra red',
  },
);
